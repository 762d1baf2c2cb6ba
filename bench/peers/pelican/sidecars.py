"""Reads a sidecar as an article of Pelican: its facts are the metadata; libyaml's loader, the quicker one."""

import yaml
from pelican import signals
from pelican.readers import BaseReader
from pelican.utils import get_date


class SidecarReader(BaseReader):
    """The reader of `.yaml` files."""

    enabled = True
    file_extensions = ("yaml",)

    def read(self, filename):
        with open(filename, "rb") as file:  # noqa: PTH123 - one of 10,000
            facts = yaml.load(file, yaml.CSafeLoader)
        facts |= {"title": f"Camera {facts['camera']}", "clock": facts["start"][11:19]}
        facts["seconds"] = (get_date(facts["end"]) - get_date(facts["start"])).total_seconds()
        facts["slug"] = f"{facts['camera']}-{facts['start']}"
        facts["date"] = self.process_metadata("date", facts["start"])
        facts["category"] = self.process_metadata("category", f"Camera {facts['camera']}")
        return "", facts


def add_reader(readers):
    readers.reader_classes["yaml"] = SidecarReader


def register():
    signals.readers_init.connect(add_reader)
