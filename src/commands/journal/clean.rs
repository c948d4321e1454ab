//! `journal forget` and `journal compact`: a journal without what is not wanted.

use std::path::Path;

use super::show::keys;
use crate::cli::ForgetArgs;
use crate::commands::{Context, ledger};
use crate::error::Error;
use crate::journal::record::Outline;
use crate::journal::{Journal, Rewritten};
use crate::progress::text::{plural, thousands};

/// Drops what was named, so that a run asks again; calls whose outcome nobody knows stay for the next run.
pub(super) fn forget(what: &ForgetArgs, path: &Path, context: &Context<'_>) -> Result<(), Error> {
    let journal = Journal::open(path, &ledger::holder("journal forget"))?;
    let keys = keys(&what.task, path)?;
    let is_named =
        |record: &Outline| what.task.is_empty() || record.key().is_some_and(|key| keys.contains(&key));
    let (mut answers, mut failures) = (0, 0);
    let rewritten = journal.rewrite(|record| match record {
        Outline::Failure(_) if is_named(record) => {
            failures += 1;
            true
        }
        Outline::Answer(_) if !what.failed && is_named(record) => {
            answers += 1;
            true
        }
        Outline::Also(_) => !what.failed && is_named(record),
        _ => false,
    })?;
    let forgot = format!("forgot {} and {}", plural(answers, "answer"), plural(failures, "failure"));
    context.terminal.say(&told(&forgot, &rewritten, path));
    Ok(())
}

/// Drops what is of no more use.
pub(super) fn compact(path: &Path, context: &Context<'_>) -> Result<(), Error> {
    let journal = Journal::open(path, &ledger::holder("journal compact"))?;
    let rewritten = journal.rewrite(|_| false)?;
    context.terminal.say(&told(&format!("kept {}", plural(rewritten.kept, "record")), &rewritten, path));
    Ok(())
}

fn told(what: &str, rewritten: &Rewritten, path: &Path) -> String {
    let Rewritten { before, after, .. } = rewritten;
    let earlier =
        if before == after { "as before".to_owned() } else { format!("and had {}", thousands(*before)) };
    format!("{what}; {} has {} bytes, {earlier}", path.display(), thousands(*after))
}
