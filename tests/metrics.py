"""An independent reader of metrics.prom."""

from prometheus_client.parser import text_string_to_metric_families


def read_metrics(text: str) -> dict[str, dict[tuple[str, ...], float]]:
    """Return name → values of the labels, in the order of their names → value; every metric is a gauge with help."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(text):
        assert family.type == "gauge", family
        assert family.documentation
        for sample in family.samples:
            assert sample.name == family.name
            labels = tuple(sample.labels[name] for name in sorted(sample.labels))
            assert labels not in found.setdefault(sample.name, {}), sample
            found[sample.name][labels] = sample.value
    return found
