//! Whether a value changes for one target only, or for all of them.

use crate::commands::Session;
use crate::error::CommandError;
use crate::pull::{Layer, Open};
use crate::render::document::{Document, Style, line};
use crate::ui::Choice;

use super::consent::{ConsentOptions, NOTHING_WRITTEN};
use super::decide::Pulled;

const TARGET: Choice = Choice { key: 't', word: "this target", help: "write it to the target's own table" };
const SHARED: Choice = Choice { key: 's', word: "shared", help: "write it where all targets read it" };
const ALL: Choice = Choice { key: 'a', word: "all", help: "this target only, for this value and all that follow" };
const QUIT: Choice = Choice { key: 'q', word: "quit", help: "cancel; write nothing" };

/// Asks a person of each value; without one, values that may differ by target change for this target only.
pub(super) fn choose(
    session: &Session,
    json: bool,
    consent: ConsentOptions,
    pulled: &mut Pulled,
) -> Result<(), CommandError> {
    let asks_nobody = json || consent.dry_run || consent.yes || consent.force || pulled.layers.all.is_some();
    let Some(prompter) = session.ui.prompter().filter(|_| !asks_nobody) else { return Ok(()) };
    let Some(target) = pulled.source.target.clone() else { return Ok(()) };
    let mut is_answered = false;
    for open in pulled.plan.open.clone() {
        let Open { key, file_path } = &open;
        let resource = line!("{} {}", key.kind.word, Style::Bold.of(&key.id));
        let question = if file_path.is_empty() {
            line!("Add {} to target {} only, or to all targets?", resource, &target)
        } else {
            line!("Update {} ({}) for target {} only, or for all targets?", file_path, resource, &target)
        };
        let question = Document::from(question.prose(2));
        match prompter.press(&question, &[TARGET, SHARED, ALL, QUIT]).or_end(NOTHING_WRITTEN)? {
            's' => drop(pulled.layers.chosen.insert(open, Layer::Shared)),
            'a' => break,
            _ => {}
        }
        is_answered = true;
    }
    if is_answered {
        pulled.plan_again();
    }
    Ok(())
}
