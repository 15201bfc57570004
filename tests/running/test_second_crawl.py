"""What is the same for all crawls of a process is read once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from scrapy.settings import Settings

from igcrawl import paths
from igcrawl.cli.crawl_command import is_ours
from igcrawl.items import RECORD_TYPES, columns, field_rules
from igcrawl.running import find_spider
from igcrawl.store import schema


def not_again(*_: Any, **__: Any) -> Any:
    raise AssertionError("read again")


def test_types_of_fields_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def read() -> list[Any]:
        kinds = list(RECORD_TYPES.values())
        rules = (field_rules.optional_fields, field_rules.text_fields, field_rules.nested_fields)
        return [columns.columns_of(kinds), *(rule(kind) for rule in rules for kind in kinds)]

    before = read()
    monkeypatch.setattr(columns, "get_type_hints", not_again)
    monkeypatch.setattr(field_rules, "get_type_hints", not_again)
    assert read() == before


def test_the_schema_of_a_store_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    before = schema.migrations("sqlite")
    monkeypatch.setattr(schema, "files", not_again)
    assert schema.migrations("sqlite") == before


def test_the_project_is_looked_for_only_where_a_path_counts_from_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(paths, "closest_scrapy_cfg", not_again)
    assert paths.in_project(tmp_path / "x") == tmp_path / "x"
    with pytest.raises(AssertionError):
        paths.in_project("x")


def test_a_command_loads_the_spiders_once(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings({"SPIDER_MODULES": ["spiders"]})
    assert is_ours(settings, {}, ["followers"])
    monkeypatch.setattr("scrapy.spiderloader.SpiderLoader._load_all_spiders", not_again)
    assert is_ours(settings, {}, ["followers"])
    assert find_spider.find_spider(settings, "followers").name == "followers"
