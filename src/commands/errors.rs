//! What the error of each module is for a person: its kind, which decides the exit code, and what to do.

use crate::accounts::login::LoginError;
use crate::accounts::{AccountsError, ChangeError, NewLoginError, TokenError};
use crate::doctor::DoctorError;
use crate::error::{CommandError, ErrorKind};
use crate::http::ClientError;
use crate::model::InvalidName;
use crate::org::{self, Cause, RequestError};
use crate::plan::InvalidSelector;
use crate::project::directory::{self, OpenError, WriteError};
use crate::project::fix::FixError;
use crate::pull::PullError;
use crate::push::{PushFailure, SelectionError, TooLarge};
use crate::secrets::{DotenvFileError, NameError};
use crate::server::{EmbeddedError, StoreError};
use crate::target::{
    ConnectionError, ContextError, RememberedError, TargetAdvice, TargetError, TargetErrorKind, argument,
};

/// Says of errors that need no advice which kind they are.
macro_rules! kinds {
    ($($error:ty => $kind:ident;)*) => {
        $(impl From<$error> for CommandError {
            fn from(error: $error) -> Self {
                Self::new(ErrorKind::$kind, error)
            }
        })*
    };
}

kinds! {
    ClientError => Usage;
    EmbeddedError => Unexpected;
    FixError => InvalidProject;
    InvalidName => Usage;
    RememberedError => Refused;
    InvalidSelector => Usage;
    directory::ReadError => InvalidProject;
    std::io::Error => Unexpected;
}

/// For a command that changed nothing.
impl From<RequestError> for CommandError {
    fn from(error: RequestError) -> Self {
        let kind = match &error {
            RequestError::NoAnswer { .. } => ErrorKind::Unreachable,
            RequestError::NotTheApi { .. } => ErrorKind::NotLobu,
            RequestError::Refused { status: 401, .. } => ErrorKind::NotLoggedIn,
            RequestError::Refused { status: 403, .. } => ErrorKind::Forbidden,
            RequestError::Refused { status: 404, .. } if error.code() == Some("invalid_request") => ErrorKind::WrongOrg,
            RequestError::Refused { .. }
            | RequestError::Unavailable { .. }
            | RequestError::AfterLost { .. }
            | RequestError::Redirected { .. }
            | RequestError::NotSent { .. } => ErrorKind::Refused,
        };
        let hint = hint(kind, &error);
        let failure = Self::new(kind, error);
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

fn hint(kind: ErrorKind, error: &RequestError) -> Option<&'static str> {
    Some(match (kind, error) {
        (ErrorKind::NotLoggedIn, _) => "Set LOBU_API_TOKEN to a token of this server, or log in:\nlobu login",
        (ErrorKind::Forbidden, _) => "Use a token for this org, of a user who is a member of it.",
        (ErrorKind::WrongOrg, _) => {
            "Check the org slug: --org, `org` of [memory] in lobu.toml, or LOBU_ORG. To list your orgs:\nlobu org list"
        }
        (ErrorKind::NotLobu, _) => "Check the URL of the server.",
        (_, RequestError::NoAnswer { cause: Cause::NoConnection, .. }) => {
            "Check the URL and that the server is running. To run one on this machine:\nlobu dev"
        }
        (_, RequestError::NoAnswer { cause: Cause::Certificate, .. }) => {
            "For a CA of your own, use --ca-file PATH or set SSL_CERT_FILE."
        }
        (_, RequestError::NoAnswer { cause: Cause::NameNotFound, .. }) => "Check the host in the URL.",
        (_, RequestError::NoAnswer { cause: Cause::Tls, .. }) => {
            "Check the URL: the server may not use TLS on this port."
        }
        (_, RequestError::NoAnswer { cause: Cause::TimedOut | Cause::Cut, .. }) => {
            "Run the command again. If it fails again, check the URL and the network."
        }
        (_, RequestError::Refused { status: 429, .. }) => "Wait a minute, or use a lower --parallelism.",
        _ if doctor_advice(error).is_some() => DOCTOR,
        (_, RequestError::Refused { status: 500.., .. }) => {
            "The server failed. Try again later, or contact its operator."
        }
        (_, RequestError::Redirected { .. }) => "Use the address that the server redirects to, with --url.",
        _ => return None,
    })
}

impl From<org::ReadError> for CommandError {
    fn from(error: org::ReadError) -> Self {
        match error {
            org::ReadError::Org(error) => error.into(),
            org::ReadError::UnknownServer { .. } => {
                Self::new(ErrorKind::NotLobu, error).hint("Check the URL of the server.")
            }
            org::ReadError::PlatformsElsewhere { .. } => Self::new(ErrorKind::Unsupported, error)
                .hint("This is a newer generation of the server than this version can manage; nothing was changed."),
        }
    }
}

/// What finds out more about a server that failed on this machine: its database is damaged or can't grow.
pub(super) fn doctor_advice(error: &RequestError) -> Option<&'static str> {
    let is_of_database = matches!(error.code(), Some("database_corrupt" | "disk_full"));
    (is_of_database && matches!(error, RequestError::Refused { .. })).then_some(DOCTOR)
}

/// What finds out more about a machine.
const DOCTOR: &str = "To check the database and its disk:\nlobu doctor -c local";

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::InvalidOrgSlug { .. } => Self::usage(error),
            StoreError::Damaged | StoreError::Corrupt { .. } | StoreError::DiskFull | StoreError::ReadOnly => {
                Self::new(ErrorKind::Unexpected, error).hint(DOCTOR)
            }
            StoreError::Io { .. } => Self::new(ErrorKind::Unexpected, error).hint(DOCTOR),
            error => Self::new(ErrorKind::Unexpected, error),
        }
    }
}

impl From<TargetError> for CommandError {
    fn from(error: TargetError) -> Self {
        let kind = match error.kind() {
            TargetErrorKind::Usage if matches!(error, TargetError::NoTarget) => ErrorKind::NoTarget,
            TargetErrorKind::Usage => ErrorKind::Usage,
            TargetErrorKind::Access => ErrorKind::WrongOrg,
            TargetErrorKind::Origin => ErrorKind::WrongOrigin,
            TargetErrorKind::Files => ErrorKind::Unexpected,
        };
        let advice = error.advice();
        let failure = Self::new(kind, error);
        match advice {
            Some(TargetAdvice { text, command: Some(command) }) => failure.hint_command(text, command),
            Some(TargetAdvice { text, command: None }) => failure.hint(text),
            None => failure,
        }
    }
}

impl From<AccountsError> for CommandError {
    fn from(error: AccountsError) -> Self {
        match error {
            AccountsError::NoHome => {
                Self::usage(error).hint("Set HOME, or XDG_CONFIG_HOME to a directory that holds a `lobu` directory.")
            }
            AccountsError::Broken { .. }
            | AccountsError::Ended { .. }
            | AccountsError::Busy { .. }
            | AccountsError::Unwritable { .. } => Self::new(ErrorKind::Unexpected, error),
        }
    }
}

impl From<ContextError> for CommandError {
    fn from(error: ContextError) -> Self {
        match error {
            ContextError::Accounts(error) => error.into(),
            ContextError::TokenWithoutTarget(error) => {
                Self::usage(error).hint("Name the context with -c, or unset LOBU_API_TOKEN.")
            }
            ContextError::Unknown { .. } => Self::usage(error).hint(KNOWN_CONTEXTS),
            ContextError::Embedded { .. } => Self::usage(error).hint("Name another context with -c."),
            ContextError::ApiUrlElsewhere { .. } => {
                Self::usage(error).hint("Unset it, or name another context with -c; nothing was sent.")
            }
        }
    }
}

impl From<ConnectionError> for CommandError {
    fn from(error: ConnectionError) -> Self {
        match error {
            ConnectionError::Token(error) => error.into(),
            ConnectionError::UnsendableToken { error, context: None } => {
                Self::from(error).hint("Set LOBU_API_TOKEN again.")
            }
            ConnectionError::UnsendableToken { error, context: Some(context) } => {
                Self::from(error).hint(log_in(&context))
            }
            ConnectionError::Client(error) => error.into(),
            ConnectionError::Store(error) => error.into(),
            ConnectionError::Embedded(error) => error.into(),
            ConnectionError::Address(error) => Self::new(ErrorKind::Unexpected, error),
            ConnectionError::OtherProject { .. } => {
                Self::usage(error).hint("Name the org: --org NAME, or `org` in the memory table of lobu.toml.")
            }
            ConnectionError::OnlyDefaultOrg { .. } => Self::usage(error).hint(
                "To use what is there: --org dev. To create a new org: --org NAME, or another database with --db PATH.",
            ),
        }
    }
}

impl From<DoctorError> for CommandError {
    fn from(error: DoctorError) -> Self {
        match error {
            DoctorError::Target(error) => error.into(),
            DoctorError::Connection(error) => error.into(),
            DoctorError::Store(error) => error.into(),
            DoctorError::Accounts(error) => error.into(),
            DoctorError::Read(error) => error.into(),
            DoctorError::Write(error) => error.into(),
            DoctorError::Mode { .. } => Self::new(ErrorKind::Unexpected, error),
        }
    }
}

impl From<PullError> for CommandError {
    fn from(error: PullError) -> Self {
        match error {
            PullError::Fault(_) => {
                Self::new(ErrorKind::Unexpected, error).hint("This is a bug in lobu. Please report it.")
            }
            PullError::Incomplete(_) => {
                Self::new(ErrorKind::Refused, error).hint("Run the command again and accept the other changes too.")
            }
        }
    }
}

impl From<NewLoginError> for CommandError {
    fn from(error: NewLoginError) -> Self {
        match error {
            NewLoginError::Accounts(error) => error.into(),
            NewLoginError::Change(error) => error.into(),
            NewLoginError::Keyring(error) => error.into(),
            NewLoginError::Taken { .. } | NewLoginError::TakenMeanwhile { .. } => {
                Self::new(ErrorKind::WouldOverwrite, error)
                    .hint("Use --force to replace it. To show whose it is:\nlobu whoami")
            }
            NewLoginError::Moved { .. } => Self::new(ErrorKind::Moved, error).hint("Log in again."),
            NewLoginError::EmbeddedIsCurrent { .. } => Self::usage(error).hint("Name the context to make with -c."),
            NewLoginError::OtherServer { .. } => Self::new(ErrorKind::WrongOrigin, error)
                .hint("Use another context with -c, or change the URL of this one:\nlobu context add NAME --url URL"),
        }
    }
}

impl From<TokenError> for CommandError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Accounts(error) => error.into(),
            TokenError::Change(error) => error.into(),
            TokenError::Login(error) => (*error).into(),
            TokenError::NoLogin { ref context } | TokenError::Removed { ref context } => {
                let hint = log_in(context);
                Self::new(ErrorKind::NotLoggedIn, error).hint(hint)
            }
            TokenError::Expired { ref context, in_keyring } | TokenError::Refused { ref context, in_keyring, .. } => {
                let hint = log_in_again(context, in_keyring);
                Self::new(ErrorKind::NotLoggedIn, error).hint(hint)
            }
            TokenError::Keyring(error) => error.into(),
            TokenError::Lost(ref cause) => {
                let (kind, hint) = (Self::from(cause.clone()).kind, log_in_again(&cause.context, true));
                Self::new(kind, error).hint(hint)
            }
            TokenError::Kept { error: ref cause, .. } => {
                let kind = Self::from((**cause).clone()).kind;
                Self::new(kind, error).hint("Run the command again when the server can be reached.")
            }
        }
    }
}

/// The command that logs in to a context.
fn log_in(context: &str) -> String {
    format!("To log in:\n{}", log_in_command(context))
}

/// The command alone.
pub(super) fn log_in_command(context: &str) -> String {
    format!("lobu login{}", argument("-c", context))
}

/// The command that logs in to a context whose login is there and of no use; the next one is stored where it was.
pub(super) fn log_in_again(context: &str, in_keyring: bool) -> String {
    let keyring = if in_keyring { " --keyring" } else { "" };
    format!("{}{keyring} --force", log_in(context))
}

/// How a context is found that exists.
const KNOWN_CONTEXTS: &str = "To list contexts:\nlobu context list";

impl From<ChangeError> for CommandError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Files(error) => error.into(),
            ChangeError::EndpointElsewhere { .. } => Self::new(ErrorKind::WrongOrigin, error),
            ChangeError::UnknownContext { .. } => Self::new(ErrorKind::Usage, error).hint(KNOWN_CONTEXTS),
            ChangeError::InvalidName
            | ChangeError::Embedded { .. }
            | ChangeError::BuiltIn { .. }
            | ChangeError::Url(_)
            | ChangeError::EmptyToken => Self::new(ErrorKind::Usage, error),
        }
    }
}

impl From<LoginError> for CommandError {
    fn from(error: LoginError) -> Self {
        let kind = match error {
            LoginError::Request(error) => return error.into(),
            LoginError::Client(_) | LoginError::BadUrl { .. } => ErrorKind::Usage,
            LoginError::Elsewhere { .. } => ErrorKind::WrongOrigin,
            LoginError::Page { .. } | LoginError::AnswerLost => ErrorKind::Refused,
            LoginError::NoDeviceFlow { .. } => ErrorKind::Unsupported,
            LoginError::TokenRefused(_) | LoginError::Expired => ErrorKind::NotLoggedIn,
            LoginError::Denied => ErrorKind::Declined,
            LoginError::Canceled => ErrorKind::Interrupted,
        };
        Self::new(kind, error)
    }
}

impl From<OpenError> for CommandError {
    fn from(error: OpenError) -> Self {
        let is_missing = matches!(error, OpenError::NoProject { .. });
        let failure = Self::new(ErrorKind::InvalidProject, error);
        if is_missing { failure.hint("Change to the project's directory, or set it with -C.") } else { failure }
    }
}

impl From<WriteError> for CommandError {
    fn from(error: WriteError) -> Self {
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
        Self::new(kind, error)
    }
}

impl From<NameError> for CommandError {
    fn from(error: NameError) -> Self {
        let failure = Self::usage(error);
        match error {
            NameError::Form => failure.hint("Give the name alone; the value is asked for, or read from stdin."),
            NameError::TooLong | NameError::Setting => failure,
        }
    }
}

impl From<DotenvFileError> for CommandError {
    fn from(error: DotenvFileError) -> Self {
        match error {
            DotenvFileError::Interrupted => Self::interrupted().and("nothing was written"),
            DotenvFileError::Restless => Self::new(ErrorKind::WouldOverwrite, error),
            DotenvFileError::Locked => Self::new(ErrorKind::WouldOverwrite, error)
                .hint("It holds a lock on the directory; end it if it hangs, and try again."),
            DotenvFileError::Symlink => {
                Self::new(ErrorKind::InvalidProject, error).hint("Edit what it leads to, or put a file in its place.")
            }
            DotenvFileError::NotAFile | DotenvFileError::Unreadable(_) => Self::new(ErrorKind::InvalidProject, error),
            DotenvFileError::TooLarge { .. } => Self::usage(error),
            DotenvFileError::Unwritable(_) => Self::new(ErrorKind::Unexpected, error).hint("It is as it was."),
        }
    }
}

impl From<SelectionError> for CommandError {
    fn from(error: SelectionError) -> Self {
        let hint = match error {
            SelectionError::NotInSource { .. } => "Nothing was sent. Check the names, or name another source.",
            SelectionError::Placeholders { .. } => {
                "Nothing was sent. `***…`, `lobu_secret_…` and `secret://…` are placeholders of a server; use the value itself."
            }
            SelectionError::TooLong { .. } => "Nothing was sent. Keep what is longer elsewhere.",
            SelectionError::EnvironmentDiffers { .. } => {
                "Nothing was sent. Unset them in the environment, or take them from there: --from-process NAME."
            }
        };
        Self::new(ErrorKind::Usage, error).hint(hint)
    }
}

impl From<TooLarge> for CommandError {
    fn from(error: TooLarge) -> Self {
        Self::new(ErrorKind::Usage, error)
            .hint("Nothing was sent. Push in parts: without --all, or from a smaller file.")
    }
}

impl From<PushFailure> for CommandError {
    fn from(failure: PushFailure) -> Self {
        match failure {
            PushFailure::Refused(error) => of_secrets(error),
            PushFailure::Unknown { .. } => Self::new(ErrorKind::PartlyApplied, failure)
                .hint("To check what is missing:\nlobu secrets push --dry-run"),
            PushFailure::Conflicts => Self::new(ErrorKind::Moved, failure).hint("Run the command again."),
            PushFailure::NotListed => Self::new(ErrorKind::Refused, failure),
        }
    }
}

/// A request about secrets that wrote nothing: there a missing right is another one than elsewhere.
pub(super) fn of_secrets(error: RequestError) -> CommandError {
    if error.status() == Some(403) {
        return CommandError::new(ErrorKind::Forbidden, error)
            .hint("Secrets need the role owner or admin in the org, and a token with the scope mcp:admin.");
    }
    error.into()
}
