use crate::accounts::login::LoginError;
use crate::accounts::{AccountsError, ChangeError};
use crate::error::{CommandError, ErrorKind};
use crate::org::{Cause, OrgError, ReadError};
use crate::project::directory::{OpenError, WriteError};
use crate::target::{TargetError, TargetErrorKind};

/// The failure that a request's error is for a command that changed nothing.
pub(super) fn of_request(error: &OrgError) -> CommandError {
    let kind = match error {
        OrgError::NoAnswer { .. } => ErrorKind::Unreachable,
        OrgError::NotTheApi { .. } => ErrorKind::NotLobu,
        OrgError::Refused { status: 401, .. } => ErrorKind::NotLoggedIn,
        OrgError::Refused { status: 403, .. } => ErrorKind::Forbidden,
        OrgError::Refused { status: 404, .. } if error.code() == Some("invalid_request") => ErrorKind::WrongOrg,
        OrgError::Refused { .. } | OrgError::Redirected { .. } | OrgError::NotSent { .. } => ErrorKind::Refused,
    };
    let failure = CommandError::from_error(kind, error);
    match hint(kind, error) {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

fn hint(kind: ErrorKind, error: &OrgError) -> Option<&'static str> {
    Some(match (kind, error) {
        (ErrorKind::NotLoggedIn, _) => "Log in with `lobu login`, or set LOBU_API_TOKEN to a token of this server.",
        (ErrorKind::Forbidden, _) => "The token must be for this org, and its user a member of it.",
        (ErrorKind::WrongOrg, _) => "Check the slug: --org, the project's [memory] org, or LOBU_ORG.",
        (ErrorKind::NotLobu, _) => "Check the URL: this does not look like the Lobu API.",
        (_, OrgError::NoAnswer { cause: Cause::NoConnection, .. }) => {
            "Check the URL and that the server runs; `lobu dev` serves the embedded org."
        }
        (_, OrgError::NoAnswer { cause: Cause::Certificate, .. }) => {
            "If the authority is your own, name its PEM file with --ca-file, or in SSL_CERT_FILE."
        }
        (_, OrgError::NoAnswer { cause: Cause::NameNotFound, .. }) => "Check the host in the URL.",
        (_, OrgError::NoAnswer { cause: Cause::Tls, .. }) => {
            "Check the URL: what listens there may speak plain http, or something else."
        }
        (_, OrgError::NoAnswer { cause: Cause::TimedOut | Cause::Cut, .. }) => {
            "Run the command again; if it stays so, check the URL and the network."
        }
        (_, OrgError::Refused { status: 429, .. }) => {
            "The server wants fewer requests: wait a while, or use a lower --parallelism."
        }
        (_, OrgError::Refused { status: 500.., .. }) => {
            "The server failed, not the project: try again later, or tell its operator."
        }
        (_, OrgError::Redirected { .. }) => "Name the server's own address with --url.",
        _ => return None,
    })
}

/// The failure that a read of the org ended with.
pub(super) fn of_read(error: &ReadError) -> CommandError {
    match error {
        ReadError::Org(error) => of_request(error),
        ReadError::UnknownServer { .. } => {
            CommandError::from_error(ErrorKind::NotLobu, error).hint("Check the URL of the server.")
        }
        ReadError::PlatformsElsewhere { .. } => CommandError::from_error(ErrorKind::Unsupported, error)
            .hint("This is a newer generation of the server than this version can manage; nothing was changed."),
    }
}

/// The failure that a target could not be resolved with.
pub(super) fn of_target(error: &TargetError) -> CommandError {
    let kind = match error.kind() {
        TargetErrorKind::Usage if matches!(error, TargetError::NoTarget) => ErrorKind::NoTarget,
        TargetErrorKind::Usage => ErrorKind::Usage,
        TargetErrorKind::Access => ErrorKind::WrongOrg,
        TargetErrorKind::Origin => ErrorKind::WrongOrigin,
        TargetErrorKind::Files => ErrorKind::Unexpected,
    };
    CommandError::from_error(kind, error)
}

/// The failure that contexts or logins could not be read or kept with.
pub(super) fn of_accounts(error: &AccountsError) -> CommandError {
    CommandError::from_error(ErrorKind::Unexpected, error)
}

/// The failure that a change of contexts or logins was refused with.
pub(super) fn of_change(error: &ChangeError) -> CommandError {
    match error {
        ChangeError::Files(error) => of_accounts(error),
        ChangeError::EndpointElsewhere { .. } => CommandError::from_error(ErrorKind::WrongOrigin, error),
        ChangeError::UnknownContext { .. } => CommandError::from_error(ErrorKind::Usage, error)
            .hint("`lobu context list` shows those that exist; `lobu context add` makes one."),
        ChangeError::InvalidName
        | ChangeError::Embedded { .. }
        | ChangeError::BuiltIn { .. }
        | ChangeError::Url(_)
        | ChangeError::EmptyToken => CommandError::from_error(ErrorKind::Usage, error),
    }
}

/// The failure that a login, or a question about one, ended with.
pub(super) fn of_login(error: &LoginError) -> CommandError {
    let kind = match error {
        LoginError::Request(error) => return of_request(error),
        LoginError::Client(_) | LoginError::BadUrl { .. } => ErrorKind::Usage,
        LoginError::Elsewhere { .. } => ErrorKind::WrongOrigin,
        LoginError::Page { .. } | LoginError::AnswerLost => ErrorKind::Refused,
        LoginError::NoDeviceFlow { .. } => ErrorKind::Unsupported,
        LoginError::TokenRefused(_) | LoginError::Expired => ErrorKind::NotLoggedIn,
        LoginError::Denied => ErrorKind::Declined,
        LoginError::Cancelled => ErrorKind::Interrupted,
    };
    CommandError::from_error(kind, error)
}

/// The failure that a project could not be opened with.
pub(super) fn of_open(error: &OpenError) -> CommandError {
    let failure = CommandError::from_error(ErrorKind::InvalidProject, error);
    match error {
        OpenError::NoProject { .. } => failure.hint("Go to the project's directory, or name it with -C."),
        _ => failure,
    }
}

/// The failure that a file of a project could not be written with.
pub(super) fn of_write(error: &WriteError) -> CommandError {
    let kind = match error {
        WriteError::Changed { .. } | WriteError::Busy { .. } => ErrorKind::WouldOverwrite,
        WriteError::ReadOnly { .. } | WriteError::Unwritable { .. } => ErrorKind::Unexpected,
        WriteError::Outside { .. }
        | WriteError::Reserved { .. }
        | WriteError::DanglingSymlink { .. }
        | WriteError::SymlinkLoop { .. }
        | WriteError::NotARegularFile { .. }
        | WriteError::NotADirectory { .. } => ErrorKind::InvalidProject,
    };
    CommandError::from_error(kind, error)
}
