"""The lists of credentials, from where earlier versions kept them, and workers may read them, to where they are now.

Each entry moves in a transaction of its own that holds only while it is there, beside whoever makes or takes back
credentials: so it may stop anywhere, and be given again.
"""

from loyalty.store.tables import credentials, keys

from .. import scanning
from ..commands import Session
from ..faults import telling_when_interrupted


def migrate(session: Session) -> None:
    """Move the entries of all accounts; raises StorageBusy."""
    table, moved = session.system.database().settings.accounts_table, 0
    again = "the same command goes on with those that are left"
    with telling_when_interrupted(lambda: f"{moved} are moved; {again}"), session.printer.progress() as progress:
        task = progress.add_task("credentials", total=None)
        for items in scanning.pages(session.system, table, keys.account("")):
            database = session.system.database()
            moved += sum(credentials.move(database, item) for item in items if credentials.is_old(item))
            progress.update(task, completed=moved)
    session.printer.record({"moved": moved})
