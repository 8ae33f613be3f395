"""The home screen: the studies, their progress for the rater and in all, and what to do next."""

from __future__ import annotations

from shlex import quote
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from reviewer.session.terminal_session import Home, StudyLine
from reviewer.text.visible import visible

BAR = 10
LONGEST_NAME = 32
MOST_NAMED = 4  # studies whose disputes are counted by name


class HomeScreen(Screen[None]):
    """What there is to do. Asks the app for everything by message."""

    DEFAULT_CSS = """
    HomeScreen > #stored { height: auto; padding: 1 2 0 2; color: $text-muted; }
    HomeScreen > #head { height: 1; padding: 0 3; color: $text-muted; }
    HomeScreen > #studies { height: 1fr; margin: 0 1; border: round $surface-lighten-2; }
    HomeScreen > #next { height: auto; padding: 0 2 1 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g", "guideline", "Guide", id="home.guideline", tooltip="Read the guideline of the study"),
        Binding("a", "adjudicate", "Disputes", id="home.adjudicate", tooltip="Decide the disputes"),
        Binding("m", "agreement", "Agree", id="home.agreement", tooltip="How far the raters agree, and on what not"),
        Binding("slash", "search", "Search", key_display="/", id="home.search", tooltip="Search finished items"),
        Binding("o", "import", "Import", id="home.import", tooltip="Bring responses in from a file, after a preview"),
        Binding("c", "collect", "Collect", id="home.collect", tooltip="Ask models the prompts of suites"),
        Binding("f5", "again", "Refresh", show=False, id="home.again", tooltip="Look again"),
        Binding("comma", "settings", "Settings", key_display=",", id="home.settings", tooltip="Theme, scrolling …"),
        Binding("q", "quit", "Quit", id="home.quit", tooltip="End the program"),
    ]

    class Rate(Message):
        """The rater takes up a study."""

        def __init__(self, study: str) -> None:
            super().__init__()
            self.study = study

    class Guideline(Rate):
        """The rater wants to read a study's guideline."""

    class Adjudicate(Rate):
        """The rater wants to decide a study's disputes."""

    class Agreement(Rate):
        """The rater wants to see how far raters agree in a study."""

    class Search(Message):
        """The rater wants to search."""

    class ImportWanted(Message):
        """The rater wants to bring responses in."""

    class CollectWanted(Message):
        """The rater wants to ask models."""

    class SettingsWanted(Message):
        """The rater wants to change settings."""

    class Again(Message):
        """The rater wants to see how things stand now."""

    def __init__(self, rater: str, program: str) -> None:
        """Show what there is to do for `rater`; `program` is how a command on this database begins."""
        super().__init__()
        self._program = program
        self._rater = rater
        self._home: Home | None = None
        self._disputes: dict[str, int] = {}

    def compose(self) -> ComposeResult:
        """Compose the list of studies and what stands around it."""
        yield Static(id="stored")
        yield Static(id="head")
        yield OptionList(id="studies", markup=False)
        yield Static(id="next")
        yield Footer(show_command_palette=False, compact=True)

    def on_screen_resume(self) -> None:
        """Look again whenever the rater comes back."""
        self.post_message(self.Again())

    def on_resize(self) -> None:
        """Fit the lines to the new width."""
        if self._home is not None:
            self.show(self._home)

    def show(self, home: Home) -> None:
        """Show how things stand; the study that was chosen stays chosen."""
        self._home = home
        listed = self.query_one("#studies", OptionList)
        chosen = listed.highlighted
        width = max((cell_len(_name(study)) for study in home.studies), default=5)
        width = max(width, len("study"))
        stored = (
            f"rater {self._rater}  ·  {home.path}: {_counted(home.responses, 'response')} of"
            f" {_counted(home.configurations, 'configuration')}, {_counted(home.prompts, 'prompt')} in"
            f" {_counted(home.suites, 'suite')}"
        )
        self.query_one("#stored", Static).update(Content(visible(stored, one_line=True)))
        head = f"{'study':<{width}}  {'you':<{BAR + 2}}  {'done':>6}  {'left':>6}  {'all raters':<{BAR + 2}}  asks"
        self.query_one("#head", Static).update(Content(head if home.studies else ""))
        listed.clear_options()
        room = max(self.size.width - 8, 20)
        lines = (Content(_line(study, width)).truncate(room, ellipsis=True) for study in home.studies)
        listed.add_options([Option(line) for line in lines])
        if home.studies:
            listed.highlighted = min(chosen if chosen is not None else _to_go_on(home), len(home.studies) - 1)
            listed.focus()
        self._tell_next()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Say what the chosen study asks; in the list there is often no room for it."""
        event.stop()
        self._tell_next()

    def tell_disputes(self, disputes: dict[str, int]) -> None:
        """Say in how many disputes each study waits for an adjudicator."""
        self._disputes = disputes
        self._tell_next()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take up the chosen study."""
        study = self._chosen()
        if study is not None:
            self.post_message(self.Rate(study.name))
        event.stop()

    def action_guideline(self) -> None:
        """Read the guideline of the chosen study."""
        study = self._chosen()
        if study is not None:
            self.post_message(self.Guideline(study.name))

    def action_adjudicate(self) -> None:
        """Decide the disputes of the chosen study."""
        study = self._chosen()
        if study is not None:
            self.post_message(self.Adjudicate(study.name))

    def action_agreement(self) -> None:
        """See how far the raters of the chosen study agree."""
        study = self._chosen()
        if study is not None:
            self.post_message(self.Agreement(study.name))

    def action_search(self) -> None:
        """Search."""
        self.post_message(self.Search())

    def action_import(self) -> None:
        """Bring responses in."""
        self.post_message(self.ImportWanted())

    def action_collect(self) -> None:
        """Ask models."""
        self.post_message(self.CollectWanted())

    def action_settings(self) -> None:
        """Change settings."""
        self.post_message(self.SettingsWanted())

    def action_again(self) -> None:
        """Look again."""
        self.post_message(self.Again())

    def action_quit(self) -> None:
        """End the program."""
        self.app.exit()

    def _tell_next(self) -> None:
        if self._home is not None:
            waiting = [f"{name} {count:,}" for name, count in self._disputes.items() if count]
            if len(waiting) > MOST_NAMED:
                waiting[MOST_NAMED:] = [f"and in {len(waiting) - MOST_NAMED} more studies"]
            disputes = f"Disputes wait  {'  ·  '.join(waiting)}  (a settles those of the chosen study)\n"
            said = _next(self._home, self._chosen(), self._program)
            self.query_one("#next", Static).update(Content(visible(disputes * bool(waiting) + said)))

    def _chosen(self) -> StudyLine | None:
        place = self.query_one("#studies", OptionList).highlighted
        return None if self._home is None or place is None else self._home.studies[place]


def _to_go_on(home: Home) -> int:
    """Return the place of the study to go on with: of those with items left the one rated last, else the first."""
    open_to_me = {study.name: place for place, study in enumerate(home.studies) if study.left}
    begun = (open_to_me[one.study] for one in home.recent if one.study in open_to_me)
    return next(begun, min(open_to_me.values(), default=0))


def _line(study: StudyLine, width: int) -> str:
    name = _name(study)
    left = ("full" if study.full else f"{study.left:,}") if study.open else "closed"
    return (
        f"{name}{' ' * (width - cell_len(name))}  {_bar(study.done, study.done + study.left)}"
        f"  {study.done:>6,}  {left:>6}  {_bar(study.filled, study.places)}  {visible(study.question, one_line=True)}"
    )


def _name(study: StudyLine) -> str:
    """Return the study's name, cut where it would push the counts off the screen."""
    return Content(visible(study.name, one_line=True)).truncate(LONGEST_NAME, ellipsis=True).plain


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"


def _bar(done: int, of: int) -> str:
    """Return a bar that is full only when all is done, and empty only when nothing is."""
    full = BAR if done >= of > 0 else min(BAR - 1, max(done * BAR // of, min(done, 1))) if of else 0
    return f"[{'█' * full}{'·' * (BAR - full)}]"


def _next(home: Home, chosen: StudyLine | None, program: str) -> str:
    if not home.responses:
        return (
            f"Next, bring in responses:  o here, or  {program} import FILE --set model=NAME\n"
            f"Or ask models:  c here, or  {program} collect --suite S --model CONFIG"
        )
    if not home.studies:
        return f"Next, make a study:  {program} study create NAME --rubric RUBRIC"
    recent = [
        f"{one.study}, {_counted(one.items, 'item')}, last {one.saved_at[:16].replace('T', ' ')} UTC"
        for one in home.recent
    ]
    before = f"You rated  {'  ·  '.join(recent)}\n" if recent else ""
    lines = []
    if chosen is not None:
        does = "Next, enter rates" if chosen.left else "Nothing is left for you in"
        full = chosen.open and chosen.full
        lines.append(f"{does} {_name(chosen)}{', which is full' * full}: {visible(chosen.question, one_line=True)}")
        if chosen.filled:
            lines.append("As a lead, a decides its disputes")
        if full and not chosen.done:
            words = f"study create NAME --rubric {quote(chosen.rubric)} --from {quote(chosen.name)}"
            lines.append(f"To rate it anew:  {program} {words}")
    if not any(study.left for study in home.studies):
        lines.append(f"How a study stands:  {program} study show {home.studies[-1].name}")
    return before + "\n".join(lines)
