"""Base of spiders that walk given targets: one walk each, in the order in which they were given."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from scrapy import Request
from scrapy.crawler import Crawler

from igcrawl.arguments import BadLines, Target, TargetArguments
from igcrawl.arguments.targets import shown
from igcrawl.base_spiders.operation_spider import OperationSpider
from igcrawl.crawl.crawl_run import CrawlRun
from igcrawl.crawl.walk import Ending, Walk
from igcrawl.crawl.walk_rows import as_given
from igcrawl.crawl.walker import Prepared
from igcrawl.errors import BadInput
from igcrawl.items import Profile
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.store import Seed
from igcrawl.verdict import Verdict
from igcrawl.wording import counted

if TYPE_CHECKING:
    from igcrawl.arguments.target_file import FileContent, TargetFile

logger = logging.getLogger(__name__)


class TargetSpider(OperationSpider):
    """Walks given targets.

    A subclass gives `seed`. Targets of a file go one by one into the store, which passes over those that it has.
    """

    arguments: ClassVar[type[TargetArguments]]
    args: TargetArguments

    def __init__(self, crawler: Crawler, given: dict[str, Any]) -> None:
        super().__init__(crawler, given)
        self.thing = self.args.KIND.one
        #: Of the file of targets; None without one.
        self._content: FileContent | None = None

    async def prepare(self, walk: Walk) -> Prepared:
        """Resolve a username; an account that this crawl asks already is not asked again under its name."""
        name = walk.args.get("username")
        prepared = await super().prepare(walk)
        if name is None or "username" in walk.args or self.run is None:
            return prepared
        if not await self.run.store.walks.begun(self.run.crawl.id, walk.id):
            return prepared
        reason = f"{name} is the account {walk.target}, which this crawl asks already"
        del walk.args["user_id"]
        walk.target = walk.args["username"] = name
        return Prepared(ending=Ending(Verdict.STOPPED, reason))

    def seed(self, target: Target) -> Seed:
        """Return a target's walk."""
        raise NotImplementedError(f"{type(self).__name__} does not say which walk a target has")

    @classmethod
    def check(cls, given: dict[str, Any]) -> TargetArguments:
        """Check the arguments and every line of the file of targets.

        Raises:
            BadInput: one cannot be used, or the lines of the file were asked for instead.
        """
        args = cls.arguments.parse(given)
        if (file := _file_of(args)) is not None:
            content = file.content()
            if args.bad_lines is BadLines.LIST:
                found = counted(content.count, args.KIND.one)
                raise BadInput(f"bad_lines=list: file={args.file} has no bad line, {found}; leave it out to crawl")
        return args

    @classmethod
    def lines_not_asked(cls, given: dict[str, Any]) -> Iterator[str]:
        """Yield a line for each line of the file that is no target, or repeats one.

        Raises:
            BadInput: the arguments cannot be used, or the file not be read.
        """
        file = _file_of(cls.arguments.parse(given))
        for number, text, problem in file.lines_not_asked() if file is not None else ():
            quoted = f"'{shown(text)}': " if text else ""
            yield f"{number}: {quoted}{problem}"

    def targets(self) -> str | None:
        """Return what a file's targets are known by: the same file with other targets is another crawl."""
        file = _file_of(self.args)
        if file is None:
            return None
        content = file.content()
        self._say(content)
        self._content = content
        return f"{content.count:,} {self.args.KIND.several} {content.digest}"

    async def _requests(self, run: CrawlRun) -> AsyncIterator[Request]:
        if self._content is not None and 0 < run.progress.all < self._content.count:
            self._say_repeated(self._content, run.progress.all)
        async for request in super()._requests(run):
            yield request

    def seeds(self) -> Iterator[Seed]:
        """Yield a walk for each target."""
        for given in _file_of(self.args) or self.args.given_targets:
            yield as_given(self.seed(given.target), given)

    def _say_repeated(self, content: FileContent, different: int) -> None:
        """Tell which lines have no walk of their own, since another line has it."""
        told = f"{counted(different, f'different {self.args.KIND.one}')} in {counted(content.count, 'line')}"
        repeated = content.repeated.told(content.count - different)
        self.remarks.append(f"file={self.args.file}: {told}{f'; {repeated}' if repeated else ''}")
        logger.info("%s", self.remarks[-1])

    def _say(self, content: FileContent) -> None:
        """Tell how a file was read, since it may have been meant otherwise."""
        name, kind = f"file={self.args.file}", self.args.KIND
        layout = f"; {content.layout}" if content.layout else ""
        logger.info("%s: %s%s", name, counted(content.count, kind.one), layout)
        if content.without:
            logger.info("%s: %s no %s", name, counted(content.without, "record", ("has", "have")), kind.one)
        if content.bad.count:
            lines = f"{content.bad.count:,} of {counted(content.count + content.bad.count, 'line')}"
            verb = "was" if content.bad.count == 1 else "were"
            self.remarks.append(f"{name}: {lines} {verb} passed over (bad_lines=skip): {content.bad}")
            logger.warning(self.remarks[-1])


def _file_of(args: TargetArguments) -> TargetFile | None:
    if args.file is None:
        return None
    from igcrawl.arguments.target_file import TargetFile  # noqa: PLC0415 - most crawls begin without a file

    skips = args.bad_lines is BadLines.SKIP
    return TargetFile(args.file, args.KIND, args.column, skips=skips, lists_profiles=_lists_profiles)


def _lists_profiles(name: str) -> bool:
    operation = OPERATIONS.get(name)
    return operation is None or operation.record_type == Profile.TYPE
