class MantenerLago: pass
