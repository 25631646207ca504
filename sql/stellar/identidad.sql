-- El servidor, la base y cuándo nació: lo último cambia si se restaura en otro lado.
SELECT
    CAST(@@SERVERNAME AS NVARCHAR(128)) + N' ' + CAST(b.name AS NVARCHAR(128))
        + N' ' + CONVERT(NVARCHAR(23), b.create_date, 126) AS identidad
FROM sys.databases AS b
WHERE b.name = DB_NAME()
