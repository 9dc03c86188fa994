//! `lobu show --remote`: the resources as the org has them.

use std::sync::Arc;

use crate::commands::interrupts::Interrupts;
use crate::commands::known_orgs::with_orgs;
use crate::commands::project::{Loaded, load};
use crate::commands::values::{hide, hide_org};
use crate::commands::{Outcome, Session};
use crate::desired::{DesiredState, desired_state};
use crate::error::{CommandError, ErrorKind};
use crate::model::{counted, plural};
use crate::org::{ActualState, read_actual};
use crate::plan::{Selection, read_scope};
use crate::render::json::{self, JsonShowTarget, JsonShowView};
use crate::render::phrases::org_at;
use crate::render::show::org as render;
use crate::schema::{ALL, ResourceKey};
use crate::secrets::Values;
use crate::show::{OfOrg, of_org};
use crate::target::ResolvedTarget;

use super::ShowArgs;

/// Reads what a plan of the selection reads, and shows it. Writes nothing.
///
/// # Errors
/// Ends as drift does where the org lacks a selected resource that the project declares.
pub async fn run(session: &Session, args: &ShowArgs) -> Result<Outcome, CommandError> {
    let selection = args.selection()?;
    let interrupts = Interrupts::listen();
    let read = interrupts.until(read(session, args, &selection)).await?;
    has_effect(&selection, &read)?;
    let org_values = args.show.org_values || session.ui.is_product_seen();
    let found = of_org(&read.desired, &read.actual, &selection, org_values);
    show(session, args, &read, &found);
    let missing = found.resources.iter().filter(|shown| shown.is_missing).count();
    if missing == 0 {
        return Ok(Outcome::Done);
    }
    let (resources, is) = (counted(missing, "selected resource"), plural(missing, "is", "are"));
    let what = plural(missing, "it", "them");
    Err(CommandError::new(ErrorKind::Differs, format!("{resources} {is} not in the org"))
        .hint(format!("To create {what}:\nlobu apply")))
}

/// A project, and what an org has of it.
struct Read {
    loaded: Loaded,
    desired: DesiredState,
    target: ResolvedTarget,
    actual: ActualState,
}

async fn read(session: &Session, args: &ShowArgs, selection: &Selection) -> Result<Read, CommandError> {
    let loaded = load(session, &args.project, None)?;
    let target = session.locate(&args.target, &loaded.pins())?;
    session.announce(&target);
    let loaded = loaded.in_target(&target)?;
    let desired = desired_state(&loaded.project);
    let connection = session.connect(&target, args.comparison.parallelism).await?;
    hide(&connection.org, &desired, &Values::of_process(Arc::clone(&session.environment)));
    let scope = read_scope(&ALL, &desired, selection);
    let reading = read_actual(&connection.org, &target.org, &scope);
    let actual = match session.waiting_for(&target, reading).await {
        Ok(actual) => actual,
        Err(error) => {
            let memory = loaded.project.config.memory.as_ref();
            return Err(with_orgs(session, &target, memory, error.into()).await);
        }
    };
    hide_org(&connection.org, &desired, &actual);
    Ok(Read { loaded, desired, target, actual })
}

/// What names nothing is a slip of the pen.
fn has_effect(selection: &Selection, read: &Read) -> Result<(), CommandError> {
    let declared = read.desired.all().map(|resource| resource.key.clone());
    let kinds = read.actual.records.keys().copied();
    let found = kinds.flat_map(|kind| read.actual.of(kind).map(move |(id, _)| ResourceKey::new(kind, id)));
    let keys: Vec<ResourceKey> = declared.chain(found).collect();
    let unmatched = selection.unmatched(&keys.iter().collect::<Vec<_>>());
    if unmatched.is_empty() {
        return Ok(());
    }
    let message = format!("nothing in the project or the org matches {}", unmatched.join(", "));
    Err(CommandError::usage(message).hint("To list all resources as kind and ID:\nlobu plan --show-unchanged"))
}

fn show(session: &Session, args: &ShowArgs, read: &Read, found: &OfOrg) {
    let Read { loaded, target, .. } = read;
    let server = target.server_name();
    if args.comparison.format.json {
        let view = JsonShowView {
            target: Some(JsonShowTarget {
                name: target.target_name(),
                context: Some(&target.context),
                server: Some(&server),
                org: Some(target.org.as_str()),
            }),
            selectors: &args.selectors,
            warnings: &loaded.diagnostics,
        };
        return session.ui.product_json(&json::show_org(found, &view));
    }
    let with_head = !session.ui.shows_talk_with_product();
    let head = with_head.then(|| org_at(target.org.as_str(), &server, &target.via()));
    session.ui.product(&render(found, head, args.view(session)));
}
