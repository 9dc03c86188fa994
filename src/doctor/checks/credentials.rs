use crate::doctor::finding::{failure, ok, skipped, warning};
use crate::doctor::{Check, Finding};
use crate::target::argument;

/// What is known of the token. Where it comes from is told in words; its text is nowhere here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialFacts {
    /// The origin that it goes to; none for the embedded org, which needs no token.
    pub server: Option<String>,
    /// Where the token comes from; none where there is none.
    pub source: Option<String>,
    /// The stored login that is used; none where it is a variable's token.
    pub login: Option<LoginFacts>,
    /// Whether a variable holds a token that is not for this target.
    pub is_unused: bool,
    /// Whether it holds a character that can't stand in a header.
    pub is_unsendable: bool,
    /// Whether the server took it; none where it was not asked or gave no answer.
    pub accepted: Option<bool>,
}

/// What is known of the files of contexts and logins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountFilesFacts {
    /// Files that can't be used, and why.
    pub broken: Vec<String>,
    /// Files that others than their owner can open.
    pub open: Vec<String>,
}

/// What is known of a stored login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginFacts {
    pub context: String,
    /// For how many seconds it is still good; none where nobody said so.
    pub seconds_left: Option<u64>,
    /// Whether it can be refreshed.
    pub can_refresh: bool,
    /// Why it could not be refreshed, where that was tried.
    pub refused: Option<String>,
    /// Where it is, and whether it can be read there.
    pub place: PlaceFacts,
}

/// Where a stored login is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceFacts {
    Files,
    /// In the system keyring; why it can't be read there, where it can't.
    Keyring {
        unreadable: Option<String>,
    },
}

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

/// The checks of the token.
pub fn credentials_checks(facts: &CredentialFacts) -> Vec<Finding> {
    let Some(server) = &facts.server else { return embedded(facts) };
    let Some(source) = &facts.source else {
        let missing = failure(Check::TokenPresent, format!("There is no token for {server}."))
            .why("Every request to an org needs one.")
            .how_command("Set LOBU_API_TOKEN to a token of this server, or log in:", "lobu login");
        let why = "there is no token";
        let skips = [Check::KeyringEntry].into_iter().chain(OF_TOKEN).map(|check| skipped(check, why));
        return [missing].into_iter().chain(skips).collect();
    };
    let login = facts.login.as_ref();
    let mut findings = vec![
        ok(Check::TokenPresent, format!("{source} is used; its token is sent only to {server}.")),
        keyring_entry(login),
    ];
    if matches!(login, Some(LoginFacts { place: PlaceFacts::Keyring { unreadable: Some(_) }, .. })) {
        let why = "the login cannot be read from the keyring";
        findings.extend(OF_TOKEN.map(|check| skipped(check, why)));
    } else {
        findings.extend([expiry(login), sendable(facts), accepted(facts, server)]);
    }
    findings
}

/// The checks that need the token itself.
const OF_TOKEN: [Check; 3] = [Check::TokenExpiry, Check::TokenSendable, Check::TokenAccepted];

fn embedded(facts: &CredentialFacts) -> Vec<Finding> {
    let unused = if facts.is_unused { " LOBU_API_TOKEN is set, and is not sent to it." } else { "" };
    let why = "the embedded org needs no token";
    vec![
        ok(Check::TokenPresent, format!("The embedded org needs no token.{unused}")),
        skipped(Check::KeyringEntry, why),
        skipped(Check::TokenExpiry, why),
        skipped(Check::TokenSendable, why),
        skipped(Check::TokenAccepted, why),
    ]
}

/// The check of the files of contexts and logins, whether one of them is used or not.
pub fn account_files_check(facts: &AccountFilesFacts) -> Finding {
    if !facts.broken.is_empty() {
        return failure(Check::AccountFiles, facts.broken.join(" "))
            .why("It stores contexts and logins; lobu never overwrites a file that it cannot read.")
            .how("Fix the file by hand, or move it away and log in again.");
    }
    if !facts.open.is_empty() {
        return warning(Check::AccountFiles, format!("Other users can open {}.", facts.open.join(", ")))
            .why("It stores tokens.")
            .how_command("To set their mode to 0600:", "lobu doctor --fix");
    }
    ok(Check::AccountFiles, "The files of contexts and logins are valid.")
}

/// The check of what is remembered between runs; `problem` is what is wrong with its file.
pub fn state_file_check(problem: Option<&str>) -> Finding {
    match problem {
        Some(problem) => warning(Check::StateFile, format!("{problem}."))
            .why("It records which orgs have the secrets API, so that they are never sent secret values.")
            .how("Repair or remove the file, or make its directory writable."),
        None => ok(Check::StateFile, "The state directory can be used."),
    }
}

fn keyring_entry(login: Option<&LoginFacts>) -> Finding {
    let Some(login) = login else { return skipped(Check::KeyringEntry, "the token is from a variable") };
    match &login.place {
        PlaceFacts::Files => skipped(Check::KeyringEntry, "the login is in the files, not in the keyring"),
        PlaceFacts::Keyring { unreadable: None } => {
            ok(Check::KeyringEntry, format!("The keyring has the login of the context {}.", login.context))
        }
        PlaceFacts::Keyring { unreadable: Some(why) } => failure(Check::KeyringEntry, format!("{why}."))
            .why("cli.json says that the login is there, and no file is used instead.")
            .how_command(
                "Start or unlock the keyring, or log in again, with or without --keyring:",
                "lobu login --force",
            ),
    }
}

fn expiry(login: Option<&LoginFacts>) -> Finding {
    let Some(login) = login else {
        return skipped(Check::TokenExpiry, "the expiry of a token from a variable is unknown");
    };
    let context = &login.context;
    let keyring = if login.place == PlaceFacts::Files { "" } else { " --keyring" };
    let again = format!("lobu login --force{keyring}{}", argument("-c", context));
    if let Some(refused) = &login.refused {
        return failure(Check::TokenExpiry, format!("{}.", refused.trim_end_matches('.')))
            .how_command("To log in again:", again);
    }
    match login.seconds_left {
        None => ok(Check::TokenExpiry, format!("The expiry of the login of the context {context} is unknown.")),
        Some(_) if login.can_refresh => {
            ok(Check::TokenExpiry, format!("The login of the context {context} is refreshed when it expires."))
        }
        Some(0) => failure(Check::TokenExpiry, format!("The login of the context {context} has expired."))
            .how_command("To log in again:", again),
        Some(left) if left < DAY => {
            let hours = left / HOUR;
            warning(
                Check::TokenExpiry,
                format!("The login of the context {context} expires in {hours} h and cannot be refreshed."),
            )
            .how_command("To log in again:", again)
        }
        Some(left) => {
            let days = left / DAY;
            ok(Check::TokenExpiry, format!("The login of the context {context} expires in {days} days."))
        }
    }
}

fn sendable(facts: &CredentialFacts) -> Finding {
    if facts.is_unsendable {
        return failure(Check::TokenSendable, "The token contains a character that cannot be sent.")
            .why("It must be one line of printable ASCII.")
            .how("Log in again, or set LOBU_API_TOKEN again; a line break or a quote may have been copied with it.");
    }
    ok(Check::TokenSendable, "The token can be sent.")
}

fn accepted(facts: &CredentialFacts, server: &str) -> Finding {
    match facts.accepted {
        Some(true) => ok(Check::TokenAccepted, format!("{server} accepts the token.")),
        Some(false) => failure(Check::TokenAccepted, format!("{server} refuses the token."))
            .why("It may have expired, been revoked, or belong to another server.")
            .how_command("Set LOBU_API_TOKEN to a token of this server, or log in:", "lobu login"),
        None => skipped(Check::TokenAccepted, "the server was not asked, or did not say"),
    }
}
