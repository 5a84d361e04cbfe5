"""Every page as each role opens it: the table from which docs/screenshots is made, and by which the tests look at all pages.

A new page is a new row; `test_every_page.py` fails for what is in no row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from playwright.sync_api import Response, expect

from tests.pages import before_it_is_seen as first
from tests.pages.lived_in import LivedIn
from tests.pages.personas import COURIERS, DESKTOP, NOBODY, PATIENCE_MS, PHONE, Persona

WALL = (1920, 1080)


class Shown(NamedTuple):
    """One page as one of the cast sees it."""

    login: str
    #: With the places of a street that is lived in.
    path: str
    #: Of its pictures; without one it is looked at by the tests, and not pictured.
    name: str = ""
    #: What the picture shows.
    told: str = ""
    #: What is done before it is looked at.
    before: Callable[[Persona, LivedIn], object] | None = None
    #: By default a courier's phone, a desk for everybody else.
    viewport: tuple[int, int] | None = None

    @property
    def screen(self) -> tuple[int, int]:
        return self.viewport or (PHONE if COURIERS.fullmatch(self.login) else DESKTOP)

    def go(self, persona: Persona, street: LivedIn) -> Response:
        """Go there, and wait until all has come; nobody comes without what came with an earlier page."""
        persona.context.set_offline(False)
        if self.login == NOBODY:
            persona.context.clear_cookies()
        answer = persona.page.goto(persona.base + street.at(self.path))
        assert answer is not None
        settled(persona)
        return answer

    def open(self, persona: Persona, street: LivedIn) -> str:
        """Go there, and do what is done before; returns the page as it came from the house."""
        source = self.go(persona, street).text()
        if self.before:
            self.before(persona, street)
            settled(persona, lines=False)
        return source


def settled(persona: Persona, *, lines: bool = True) -> None:
    """Until the page has come with its style sheets, is live where it will be, and nothing says that it is being opened.

    A page can be read before its style sheet is there: then everything on it is too small and too close.
    """
    page = persona.page
    page.wait_for_load_state()
    for line in ("#line", "#wall-line") if lines else ():
        if page.locator(line).count():
            expect(page.locator(f'{line}[data-state="live"]')).to_be_visible(timeout=PATIENCE_MS)
    page.wait_for_function("() => ![...document.querySelectorAll('.loading')].some((one) => one.checkVisibility())")


STRANGER = [
    Shown(NOBODY, "/demo", "personas", "The demo street's front page: one tap and you are somebody."),
    Shown(NOBODY, "/sign-in", "sign-in-staff", "Staff sign in by name and passphrase."),
    Shown(NOBODY, "/sign-in", "sign-in-second", "The second step at the door: six digits.", first.come_to_the_second_door),
    Shown(NOBODY, "/sign-in", "recovery-codes", "The second step is on: codes for a lost phone, shown this once.",
          first.turn_the_second_step_on),
    Shown(NOBODY, "/sign-in", "sign-in-phone",
          "An enrolled phone knows its courier and asks for the PIN alone.", first.enrol_a_phone, PHONE),
    Shown(NOBODY, "/enrol/{enrol}", "enrol", "A courier opens his invite, chooses a PIN and reads what is kept of him.", viewport=PHONE),
    Shown(NOBODY, "/enrol/void", "enrol-void", "An invite that is over, and what to do.", viewport=PHONE),
    Shown(NOBODY, "/certificates/{certificate}", "certificate", "Anybody checks a certificate by its number.", viewport=PHONE),
    Shown(NOBODY, "/certificates/1-void", "certificate-void", "A number that is nobody's certificate.", viewport=PHONE),
    Shown(NOBODY, "/hours/rule", "hours-rule-anybody", "How hours are counted, for everybody to read.", viewport=PHONE),
    Shown(NOBODY, "/design"),
]  # fmt: skip
COURIER = [
    Shown("courier4", "/board", "board", "The board: what waits, nearest first, each with its one large button."),
    Shown("courier1", "/board", "board-told", "What a courier is told himself comes first: the station's words, a record about him."),
    Shown("courier1", "/board", "board-full", "What is in others' hands, and waiting for it.", first.open_what_is_full),
    Shown("courier5", "/board", "board-off-duty", "Off duty, one button leads back; the board can be read, not grabbed from."),
    Shown("courier4", "/board", "board-offline", "Without network the page says so and keeps what it knew.", first.go_offline),
    Shown("courier2", "/board", "board-lent", "A courier who is lent reads where and until when."),
    Shown("courier3", "/board", "board-named", "One who is named for a loan may say no with a tap."),
    Shown("courier1", "/errands/{claimed}", "errand-claimed", "An errand that is claimed, with the time until which it must be picked up."),
    Shown("courier1", "/errands/{picked_up}", "errand-picked-up", "An errand on the way to the door."),
    Shown("courier3", "/errands/{laid_out}", "errand-money",
          "An errand for which money may be laid out: amount and receipt, or nothing at all.",
          first.say_what_was_laid_out),
    Shown("courier1", "/errands/{delivered}", "errand-delivered", "An errand that is done."),
    Shown("courier1", "/errands/{released}", "errand-released", "An errand that was given back: nothing personal is left."),
    Shown("courier1", "/errands/{two}"),
    Shown("courier1", "/errands/nobody-knows-it", "error", "A page that is not there, or not yours, and the way back."),
    Shown("courier1", "/hours", "hours", "A courier's hours: what he did in general terms, what it counts for, certificates."),
    Shown("courier1", "/hours?year=2019"),
    Shown("courier1", "/hours/rule", "hours-rule", "The same rule from his own pages."),
    Shown("courier1", "/money", "money-mine", "What a courier laid out, and what he is still owed."),
    Shown("courier2", "/money"),
    Shown("courier1", "/hazards/mine", "hazards-mine", "A courier reports a hazard, and follows what he has reported."),
    Shown("courier1", "/hazards/map", "hazards-map-courier", "The map of what a courier has reported and what is asked of him."),
    Shown("courier1", "/alerts", "alerts-mine", "A courier's alerts: his limits, what is believed of him, and why he was alerted."),
    Shown("courier1", "/channels", "channels-mine", "Where else a courier wants his alerts said."),
    Shown("courier1", "/design"),
]  # fmt: skip
CLERK = [
    Shown("clerk", "/desk", "desk", "The clerk's desk: post on the left, what is under way on the right."),
    Shown("clerk", "/desk", "desk-mistake", "A mistake stands at its field, and everything typed is still there.", first.make_a_mistake),
    Shown("clerk", "/desk", "desk-again",
          "An order repeated by Alt+R: seen before it is posted; what looks like it today asks for a second press.",
          first.repeat_an_order),
    Shown("clerk", "/desk", "desk-finding", "A resident is found while her name is typed, by initials or pinyin too.", first.type_initials),
    Shown("clerk", "/desk/ledger"),
    Shown("clerk", "/desk/ledger", "ledger",
          "A whole ledger: pasted, what is wrong named by its cell and put right in place, then posted at once.",
          first.paste_a_ledger),
    Shown("clerk", "/standing", "standing", "Weekly needs: the plan with its next four days, before and after saving.", first.plan_a_week),
    Shown("clerk", "/standing?order={two}"),
    Shown("clerk", "/residents", "care-list", "The care list, found while typing; numbers are masked."),
    Shown("clerk", "/residents/new", "resident-new", "Somebody is put on the list, with her consent."),
    Shown("clerk", "/residents/{listed}", "resident", "One resident: groups, note, contacts, her consent."),
    Shown("clerk", "/residents/import", "care-list-import",
          "A sheet is looked at before it is written: each mistake by its cell.", first.choose_a_sheet),
    Shown("clerk", "/money", "money", "A community's book: what waits for money, settled by keyboard; balances and vouchers.",
          first.open_the_first_advance),
    Shown("clerk", "/money?month=2025-01"),
    Shown("clerk", "/hazards/community", "hazards-community", "The hazards of a community: to be dealt with first, with their deadlines."),
    Shown("clerk", "/hazards/mine", "hazards-mine-clerk", "A clerk reports a hazard."),
    Shown("clerk", "/hazards/map", "hazards-map-clerk", "The hazards of her community, on a map and beside it as a list."),
    Shown("clerk", "/hazards/corners", "hazards-corners-clerk", "The corners of her community to which hazards come back."),
    Shown("clerk", "/hazards/rates", "hazards-rates-clerk", "The rates of one community."),
    Shown("clerk", "/hazards/{hazard}/sheet", "hazards-sheet-clerk", "One case on paper, for the committee that deals with it."),
    Shown("clerk", "/overview", "overview-community", "The counts of one community."),
    Shown("clerk", "/hours/rule", "hours-rule-clerk", "The rule of the hours, as a clerk opens it."),
    Shown("clerk", "/second-step", "second-step-clerk", "Two-step sign-in, before it is turned on."),
    Shown("clerk", "/design"),
]  # fmt: skip
COORDINATOR = [
    Shown("coordinator", "/watch", "watch",
          "The coordinator's watch: untaken by age, under way, late, waiting for a word; who is on duty; what cannot "
          "wait on top."),
    Shown("coordinator", "/watch", "watch-assign",
          "An order opened beside the lists, and assigning by hand: chosen first, said second.", first.assign),
    Shown("coordinator", "/watch", "watch-keys", "The keys of the watch; single letters can be turned off.", first.ask_for_the_keys),
    Shown("coordinator", "/wall", "wall", "The big screen: the street's communities as they lie, counts only.", viewport=WALL),
    Shown("coordinator", "/wall"),
    Shown("coordinator", "/hazards", "hazards", "The hazards' desk: what waits to be judged, and what is dealt with."),
    Shown("coordinator", "/hazards", "hazards-opened",
          "A hazard opened: its photos, its history, and what may be done.", first.open_the_first_hazard),
    Shown("coordinator", "/hazards/mine", "hazards-mine-station", "A coordinator reports a hazard."),
    Shown("coordinator", "/hazards/reasons", "hazards-reasons", "The station's own reasons to decline, in both languages."),
    Shown("coordinator", "/hazards/rules", "hazards-rules", "The station's kinds of hazards, who deals with what, and a dry run."),
    Shown("coordinator", "/hazards/map", "hazards-map", "The hazards as they lie, with filters that stick; the list says the same."),
    Shown("coordinator", "/hazards/corners", "hazards-corners", "Corners to which hazards come back, worst first, with their history."),
    Shown("coordinator", "/hazards/rates", "hazards-rates", "The rates of the trade, and how long each step takes."),
    Shown("coordinator", "/hazards/{hazard}/sheet", "hazards-sheet", "One case on paper: photos, steps, times."),
    Shown("coordinator", "/alerts/settings", "alerts-settings", "A station's rules for its alerts, in plain words."),
    Shown("coordinator", "/channels", "channels", "Where the station's alarms are said besides."),
    Shown("coordinator", "/standing", "standing-station", "The weekly needs of a station."),
    Shown("coordinator", "/residents", "care-list-station", "The care lists of a station's communities."),
    Shown("coordinator", "/residents/new", "resident-new-station", "The station puts somebody on a community's list."),
    Shown("coordinator", "/residents/{listed}", "resident-station", "One resident, as the station sees her."),
    Shown("coordinator", "/residents/import", "care-list-import-station", "The station brings in a community's list."),
    Shown("coordinator", "/couriers", "couriers", "The station's couriers, who is on duty, and the way to invite one."),
    Shown("coordinator", "/couriers", "invite", "An invite as QR code and link.", first.invite),
    Shown("coordinator", "/couriers/{courier}", "courier", "One courier: depot, what he may be trusted with, and who did what when."),
    Shown("coordinator", "/newcomers", "newcomers-station", "Who was entered and waits for the street's word."),
    Shown("coordinator", "/loans", "loans", "Couriers lent to a neighbouring station: asked for, under way, and the way to offer or ask."),
    Shown("coordinator2", "/loans", "loans-neighbour", "The same loans from the other side."),
    Shown("coordinator", "/money?community_id=120116014003", "money-station", "A community's book, as its station reads it."),
    Shown("coordinator", "/hours/station", "hours-station", "The station's book of hours, newest first; no ranking."),
    Shown("coordinator", "/hours/{counted}/correct", "hours-correct",
          "A correction is proposed, with a reason; a second person confirms it."),
    Shown("coordinator", "/hours/corrections", "hours-corrections-station", "The corrections of a station."),
    Shown("coordinator", "/hours/certificates", "hours-certificates", "The certificates that a station has issued."),
    Shown("coordinator", "/hours/rule", "hours-rule-station", "The rule of the hours, as a coordinator opens it."),
    Shown("coordinator", "/overview", "overview-own-station", "The counts of the coordinator's own station."),
    Shown("coordinator", "/audit", "audit", "Who looked at a number or took out a list, in sentences."),
    Shown("coordinator2", "/audit"),
    Shown("coordinator", "/second-step", "second-step",
          "Staff scan this once; from then on signing in asks for six digits.", first.begin_the_second_step),
    Shown("coordinator", "/design", "design", "The design system on one page."),
    Shown("coordinator", "/board"),
]  # fmt: skip
SUPERVISOR = [
    Shown("supervisor", "/overview", "overview", "The district's stations: needs, in time, unclaimed, late, served, silent communities."),
    Shown("supervisor", "/overview/120116014", "overview-station", "A station's communities, and their small charts; here it stops."),
    Shown("supervisor", "/overview?period=2026"),
    Shown("supervisor", "/residents", "care-list-counts", "How many are on each care list: all that a district reads of it."),
    Shown("supervisor", "/newcomers", "newcomers", "Where two words are wanted: who was entered by one and waits for another's."),
    Shown("supervisor", "/hours/corrections", "hours-corrections", "A correction waits for its second person, here the district."),
    Shown("supervisor", "/hours/rule", "hours-rule-district", "The rule of the hours, as a supervisor opens it."),
    Shown("supervisor", "/audit", "audit-counts", "Who looked at what, as the district reads it: counts."),
    Shown("supervisor", "/hazards/map", "hazards-map-district", "The hazards that were told to the district."),
    Shown("supervisor", "/hazards/rates", "hazards-rates-district", "The rates of the district's stations: counts, no single case."),
    Shown("supervisor", "/second-step", "second-step-district", "Two-step sign-in, as a supervisor opens it."),
    Shown("supervisor", "/design"),
    Shown("admin", "/couriers", "couriers-admin", "Everybody's couriers, to an administrator."),
    Shown("admin", "/couriers", "invite-admin", "An administrator's invite.", first.invite),
    Shown("admin", "/couriers/{courier}", "courier-admin", "One courier, to an administrator."),
    Shown("admin", "/newcomers", "newcomers-admin", "Newcomers, to an administrator."),
    Shown("admin", "/hours/rule"),
    Shown("admin", "/second-step", "second-step-admin", "Two-step sign-in, to an administrator."),
    Shown("admin", "/design"),
]  # fmt: skip
#: Who → what is written over their pictures, and their pages.
PAGES: dict[str, list[Shown]] = {
    "Before anybody has come in": STRANGER,
    "The courier's phone": COURIER,
    "The clerk's desk": CLERK,
    "The coordinator's desk": COORDINATOR,
    "The district, and the administrator": SUPERVISOR,
}
EVERY = [shown for pages in PAGES.values() for shown in pages]
PICTURED = [shown for shown in EVERY if shown.name]


def windows(pages: list[Shown]) -> Iterator[tuple[str, tuple[int, int], list[Shown]]]:
    """These pages by who opens them and on how large a screen: a window serves for all of them."""
    each: dict[tuple[str, tuple[int, int]], list[Shown]] = {}
    for shown in pages:
        each.setdefault((shown.login, shown.screen), []).append(shown)
    for (login, screen), shown_there in each.items():
        yield login, screen, shown_there
