"use strict";
// Todo esto solo agrega: la hoja se lee entera sin script. Va en ASCII, como toda ella.
(() => {
  const MINUTO = 60_000, HORA = 60 * MINUTO, DIA = 24 * HORA;
  const edad = document.getElementById("edad");
  const hecho = Date.parse(document.getElementById("hecho").dateTime);
  const cuantos = (n, uno) => `${n} ${uno}${n === 1 ? "" : "s"}`;

  function frase(ms) {
    if (ms < -5 * MINUTO) {
      return "El reloj de este equipo va antes que la hora del informe: no se sabe su edad.";
    }
    if (ms < MINUTO) return "Hecho hace menos de un minuto.";
    if (ms < HORA) return `Hecho hace ${cuantos(Math.floor(ms / MINUTO), "minuto")}.`;
    if (ms < DIA) return `Hecho hace ${cuantos(Math.floor(ms / HORA), "hora")}.`;
    return `Este informe tiene ${cuantos(Math.floor(ms / DIA), "d\u00eda")}: ya no es de hoy. Pida uno nuevo.`;
  }

  function envejecer() {
    const ms = Date.now() - hecho;
    edad.textContent = frase(ms);
    document.body.classList.toggle("viejo", ms >= DIA);
  }
  edad.hidden = false;
  document.body.classList.add("con-script");
  envejecer();
  setInterval(envejecer, MINUTO);
  document.addEventListener("visibilitychange", envejecer);

  function boton(texto, junto, hacer) {
    const nuevo = document.createElement("button");
    nuevo.type = "button";
    nuevo.textContent = texto;
    nuevo.addEventListener("click", () => hacer(nuevo));
    junto.append(nuevo);
  }

  async function copiar(orden, nuevo) {
    try {
      await navigator.clipboard.writeText(orden.textContent);
      nuevo.textContent = "Copiada";
    } catch {
      getSelection().selectAllChildren(orden);
      nuevo.textContent = "Seleccionada: copie con Ctrl+C";
    }
    setTimeout(() => { nuevo.textContent = "Copiar la orden"; }, 4000);
  }
  for (const caja of document.querySelectorAll(".orden")) {
    boton("Copiar la orden", caja, (nuevo) => copiar(caja.querySelector("code"), nuevo));
  }

  // En una pantalla angosta se ve primero el mes de ahora.
  for (const tabla of document.querySelectorAll(".mapa")) {
    tabla.parentElement.scrollLeft = tabla.parentElement.scrollWidth;
  }

  const fichas = [...document.querySelectorAll("details.tienda")];
  const acciones = document.getElementById("acciones");
  if (fichas.length > 1) {
    boton("Abrir todas", acciones, () => fichas.forEach((f) => { f.open = true; }));
    boton("Cerrar todas", acciones, () => fichas.forEach((f) => { f.open = false; }));
  }

  function abrir() {
    const ficha = document.getElementById(location.hash.slice(1));
    if (ficha instanceof HTMLDetailsElement) ficha.open = true;
  }
  addEventListener("hashchange", abrir);
  abrir();
})();
