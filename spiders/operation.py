"""`scrapy crawl operation -a name=… -a user_id=…`: any operation of the catalogue; or `-a doc_id=…`: any query."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from igcrawl.arguments import OperationArguments
from igcrawl.arguments.operation import with_own_arguments
from igcrawl.base_spiders.operation_spider import OperationSpider
from igcrawl.crawl.walk_rows import seed_of
from igcrawl.errors import BadInput
from igcrawl.items import Payload
from igcrawl.operations.catalogue import find_operation
from igcrawl.parsing.combined_readers import KnownRoots
from igcrawl.store import Seed


class AnyOperationSpider(OperationSpider):
    """One operation, from its start or from a cursor."""

    name = "operation"
    examples = (
        "-a name=chaining -a user_id=25025320 -O suggestions.jsonl",
        """-a doc_id=28036671149327607 -a variables='{"id": "25025320"}' -O profile.jsonl""",
    )
    arguments = OperationArguments
    args: OperationArguments
    main_record = Payload.TYPE

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reader = find_operation(self.args.asked[0]).reader
        # Which kind of record a query by doc_id gives is known from its answer only.
        self.main_record = "" if isinstance(reader, KnownRoots) else reader.record.TYPE

    @classmethod
    def check(cls, given: dict[str, Any]) -> OperationArguments:
        """Check the arguments, and those of the operation, and that a change on the server is meant."""
        if given.get("name") is not None:
            operation = find_operation(str(given["name"]))
            _check_one_target(given, operation.name)
            given = with_own_arguments(given, operation.name, operation.takes)
        args = OperationArguments.parse(given)
        if args.name is not None and args.args is not None:
            # A crawl is known by its arguments: other ways to give the same make no other.
            args = args.model_copy(update={"args": find_operation(args.name).check(args.args)})
        given_seed(args)
        return args

    def seeds(self) -> Iterator[Seed]:
        """Give the one walk."""
        yield given_seed(self.args)


def _check_one_target(given: dict[str, Any], name: str) -> None:
    """Check that an operation that has a spider of its own is not given several accounts.

    Raises:
        BadInput: it is.
    """
    has_spider = find_spec(f"{__package__}.{name}") is not None
    several = [each for each in ("user_id", "username") if "," in str(given.get(each, ""))]
    if has_spider and several:
        raise BadInput(f"{several[0]}: one account only; for many: scrapy crawl {name}")


def given_seed(given: OperationArguments) -> Seed:
    """Return the walk that was asked for.

    Raises:
        BadInput: there is no such operation, its arguments or cursor do not fit, or it must be confirmed first.
    """
    name, unchecked = given.asked
    operation = find_operation(name)
    args = operation.check(unchecked)
    if operation.changes_server and not given.confirm:
        raise BadInput(f"{name} changes something on the server ({operation.about}): give confirm=1 if you mean it")
    cursor = operation.check_cursor(given.cursor, args) if given.cursor is not None else None
    return seed_of(operation, args, cursor=cursor)
