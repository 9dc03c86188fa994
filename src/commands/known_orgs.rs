//! The orgs of the token's user, as far as a server tells them: about an org that is not there, and about one that was renamed.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::accounts::login::{LoginClient, OrgEntry};
use crate::error::{CommandError, ErrorKind};
use crate::http::{SystemClock, is_given_back};
use crate::model::OrgSlug;
use crate::project::config::MemoryConfig;
use crate::target::{OrgSource, ResolvedTarget, Server};

use super::Session;

/// How long the server is asked for them: no command depends on the answer.
const DEADLINE: Duration = Duration::from_secs(10);

/// How many orgs an error lists.
const LISTED: usize = 10;

/// The user's orgs; none where the server does not tell: not to every token, and not in every generation.
async fn orgs_of_user(session: &Session, target: &ResolvedTarget) -> Option<Vec<OrgEntry>> {
    let Server::Remote { origin } = &target.server else { return None };
    let token = target.access_token(&session.environment).await.ok().flatten()?;
    let (network, clock) = (session.environment.network(), Arc::new(SystemClock::default()));
    let client = LoginClient::new(vec![origin.clone()], network, target.allow_insecure_http, clock).ok()?;
    let account = timeout(DEADLINE, client.account(origin, &token)).await.ok()?.ok()?;
    // What is listed is a slug, and not a token that the server gave back as one.
    let is_slug = |org: &OrgEntry| OrgSlug::parse(&org.slug).is_ok() && !is_given_back(&token, &org.slug);
    Some(account.orgs.into_iter().filter(is_slug).collect())
}

/// Says more about an org that the server does not have: which there are, and where one is made. Other errors stay as they are.
///
/// `memory` may say what the org is called.
pub(super) async fn with_orgs(
    session: &Session,
    target: &ResolvedTarget,
    memory: Option<&MemoryConfig>,
    error: CommandError,
) -> CommandError {
    let Server::Remote { origin } = &target.server else { return error };
    if error.kind != ErrorKind::WrongOrg {
        return error;
    }
    let orgs = orgs_of_user(session, target).await;
    let org = target.org.as_str();
    let message = format!("the org {org} does not exist on {}: {error}", target.server_name());
    let failure = CommandError::new(ErrorKind::WrongOrg, message);
    let failure = match orgs.as_deref() {
        Some(orgs) if !orgs.is_empty() => failure.hint(format!("Your orgs there: {}.", listed(orgs))),
        _ => failure,
    };
    let name = memory.and_then(|memory| memory.name.as_ref()).map(|name| name.value.trim());
    let name = name.filter(|name| !name.is_empty()).unwrap_or(org);
    let mut page = origin.clone();
    page.set_path("/orgs/new");
    page.query_pairs_mut().append_pair("slug", org).append_pair("name", name);
    // A space, as a part of a URL that any program reads; a plus is written in another way.
    let page = page.as_str().replace('+', "%20");
    failure
        .hint(
            "Check the org slug: --org, `org` of [memory] in lobu.toml, or LOBU_ORG. To list your orgs:\nlobu org list",
        )
        .hint(format!("To create the org, open this page:\n{page}"))
}

fn listed(orgs: &[OrgEntry]) -> String {
    let first = orgs.iter().take(LISTED).map(|org| org.slug.as_str()).collect::<Vec<_>>().join(", ");
    match orgs.len().saturating_sub(LISTED) {
        0 => first,
        more => format!("{first}, and {more} more"),
    }
}

/// Stops where the org that the project pins by its ID has another slug on the server. It is asked only where an ID is declared.
pub(super) async fn check_renamed(
    session: &Session,
    target: &ResolvedTarget,
    memory: Option<&MemoryConfig>,
) -> Result<(), CommandError> {
    let Some(id) = memory.and_then(|memory| memory.organization_id.as_ref()) else { return Ok(()) };
    let declared = id.value.trim();
    // An org that was named for this run is not the one that the project pins.
    let pin = memory.and_then(|memory| memory.org.as_ref());
    let is_other = match pin {
        Some(_) => target.overridden_pin.is_some(),
        None => matches!(target.org_source, OrgSource::Flag | OrgSource::Target),
    };
    if declared.is_empty() || is_other {
        return Ok(());
    }
    let Some(orgs) = orgs_of_user(session, target).await else { return Ok(()) };
    let Some(org) = orgs.iter().find(|org| org.id.as_deref() == Some(declared)) else { return Ok(()) };
    if org.slug.eq_ignore_ascii_case(target.org.as_str()) {
        return Ok(());
    }
    let place = &id.position;
    let message = format!(
        "the organization_id in {}:{} belongs to the org {}, and this command is for the org {}",
        place.file, place.line, org.slug, target.org
    );
    Err(CommandError::new(ErrorKind::WrongOrg, message).hint(format!(
        "Nothing was changed. If the org was renamed, write `org = \"{}\"` in [memory]; otherwise correct or remove \
         organization_id.",
        org.slug
    )))
}
