"""El mantenimiento de un lago."""

import luigi


class MantenerLago(luigi.Task):
    """Por hacer."""
