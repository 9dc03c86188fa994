use crate::org::RequestError;

use crate::doctor::finding::{failure, note, ok, skipped, warning};
use crate::doctor::{Check, Finding};
use crate::model::counted;

/// What is known of the org.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgFacts {
    /// Its slug.
    pub org: String,
    /// The project's pin, where there is one.
    pub pin: Option<String>,
    /// How many agents it has, or why they can't be read; none where it was not asked.
    pub agents: Option<Result<usize, RequestError>>,
    /// Whether it is the embedded org and not made yet.
    pub is_to_be_made: bool,
    /// Whether its secrets may be listed; none where there is no secrets API or it could not be asked.
    pub may_list_secrets: Option<bool>,
    /// Whether the server is this program's own, where the list takes the rights of a change.
    pub is_own_server: bool,
}

pub fn org_checks(facts: &OrgFacts) -> Vec<Finding> {
    let mut findings = vec![pin(facts)];
    if facts.is_to_be_made {
        let why = "the first apply creates the org, with you as its owner";
        findings.push(ok(Check::OrgExists, format!("{} does not exist yet; the first apply creates it.", facts.org)));
        findings.extend([skipped(Check::OrgMember, why), skipped(Check::OrgSecretsRole, why)]);
        return findings;
    }
    findings.extend(facts.agents.as_ref().map(|agents| reading(&facts.org, agents)).unwrap_or_default());
    findings.extend(facts.may_list_secrets.map(|may| secrets_role(may, facts.is_own_server)));
    findings
}

fn pin(facts: &OrgFacts) -> Finding {
    match &facts.pin {
        None => ok(Check::OrgPin, format!("The org in use is {}; no project pins another one.", facts.org)),
        // The rule for slugs ignores case.
        Some(pin) if pin.eq_ignore_ascii_case(&facts.org) => {
            ok(Check::OrgPin, format!("The project is pinned to {pin}, which is in use."))
        }
        Some(pin) => warning(
            Check::OrgPin,
            format!("The project is pinned to {pin}, and --org overrides it with {}.", facts.org),
        )
        .how("Remove --org, unless this is intended."),
    }
}

fn reading(org: &str, agents: &Result<usize, RequestError>) -> Vec<Finding> {
    let exists = || ok(Check::OrgExists, format!("{org} exists."));
    match agents {
        Ok(count) => {
            let agents = counted(*count, "agent");
            let what = format!("The token's user can read {org}; it has {agents}.");
            vec![exists(), ok(Check::OrgMember, what)]
        }
        Err(RequestError::Refused { status: 404, .. }) => vec![
            failure(Check::OrgExists, format!("The server has no org {org}."))
                .how("Check the slug: --org, the project's [memory] org, or LOBU_ORG."),
        ],
        Err(error @ RequestError::Refused { status: 403, .. }) => vec![
            exists(),
            failure(Check::OrgMember, format!("{error}."))
                .why("The token is for another org, or its user is not a member of this one.")
                .how("Use a token for this org, or have its owner make you a member."),
        ],
        // The check of the token says it.
        Err(RequestError::Refused { status: 401, .. }) => Vec::new(),
        Err(error) => vec![
            failure(Check::OrgExists, format!("{error}."))
                .how("Try again; if this does not change, ask the server's operator."),
        ],
    }
}

fn secrets_role(may_list: bool, is_own_server: bool) -> Finding {
    match (may_list, is_own_server) {
        (true, true) => return ok(Check::OrgSecretsRole, "Role and scope are enough to apply and to push secrets."),
        (true, false) => {
            let why = "cannot tell: the token can list secrets, which does not show that it can change them";
            return skipped(Check::OrgSecretsRole, why);
        }
        (false, true) => {
            return failure(Check::OrgSecretsRole, "The token can only read.")
                .why("Every change needs the role owner or admin, and a token with the scope mcp:admin.")
                .how("Use a token with that scope, of a user with that role.");
        }
        (false, false) => {}
    }
    note(Check::OrgSecretsRole, "Role or scope is not enough for the org's secrets.")
        .why("To push or list secrets takes the role owner or admin, and a token with the scope mcp:admin.")
        .how("Have an owner or admin of the org push them.")
}
