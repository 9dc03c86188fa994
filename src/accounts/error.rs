use std::io;
use std::path::PathBuf;

use crate::model::OrgSlug;
use crate::secrets::json::Malformed;

use super::{AccountFile, UrlProblem};

/// What is wrong with a file. Nothing of its content is held but the names of members that are known beforehand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileProblem {
    /// It is a symlink, wherever that leads.
    #[error("it is a symbolic link; replace it with the file itself")]
    Symlink,
    /// It is a directory, a device or the like.
    #[error("it is not a regular file")]
    NotRegular,
    /// The directory is something else.
    #[error("it is not a directory")]
    NotADirectory,
    /// Another user owns it.
    #[error("it belongs to another user")]
    ForeignOwner,
    /// It has more than 1 MiB.
    #[error("it is larger than 1 MiB")]
    TooLarge,
    /// It begins with a byte order mark, which the existing CLI can't read.
    #[error("it begins with a byte order mark; save it without one")]
    ByteOrderMark,
    /// It is not text.
    #[error("it is not UTF-8")]
    NotUtf8,
    /// It is not JSON.
    #[error("line {line}, column {column}: it is not JSON; fix or remove it")]
    NotJson {
        /// The line, from 1.
        line: usize,
        /// The column, from 1; 0 at the end of a line.
        column: usize,
    },
    /// A member has another type than it must have.
    #[error("{member} is not {expected}; fix or remove it")]
    WrongType {
        /// The member, or what is meant by the whole.
        member: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// A newer program wrote it.
    #[error("it was written by a newer version of lobu")]
    NewerVersion,
    /// A member is not a URL that can be used.
    #[error("{member} can't be used: {problem}")]
    Url {
        member: &'static str,
        /// What is wrong with it.
        problem: UrlProblem,
    },
    /// A member is not the slug of an org.
    #[error("{member} is not an org slug; one matches {}", OrgSlug::PATTERN)]
    Org { member: &'static str },
    /// The system does not let it be read.
    #[error("it can't be read: {0}")]
    Unreadable(io::ErrorKind),
}

impl From<io::Error> for FileProblem {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error.kind())
    }
}

impl From<Malformed> for FileProblem {
    fn from(Malformed { line, column }: Malformed) -> Self {
        Self::NotJson { line, column }
    }
}

/// Why contexts and logins can't be read or kept. No message holds anything of a file's content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountsError {
    /// A file, or the directory, is not what it must be. It is left as it is.
    #[error("{}: {problem}", path.display())]
    Broken {
        /// The file or the directory.
        path: PathBuf,
        /// What is wrong.
        problem: FileProblem,
    },
    /// There is no home directory, and nothing else says where the files are.
    #[error("HOME is not set, so contexts and logins cannot be stored")]
    NoHome,
    /// The thread that worked on the files ended before the work did.
    #[error("{what}")]
    Ended {
        /// How it ended.
        what: String,
    },
    /// Another process holds the lock for too long.
    #[error("{}: another process is changing contexts or logins; try again", directory.display())]
    Busy { directory: PathBuf },
    /// The system does not let a file be written, or its mode be changed.
    #[error("{} can't be written: {reason}", path.display())]
    Unwritable {
        /// The file or the directory.
        path: PathBuf,
        /// The system's reason.
        reason: io::ErrorKind,
    },
}

/// Something in the files that is left out, or that a person should know. None of it stops a command by itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Notice {
    /// A context has no URL that can be used, and is left out.
    #[error("the context {name} is ignored because of its URL: {problem}")]
    UnusableContext {
        name: String,
        /// What is wrong with its URL.
        problem: UrlProblem,
    },
    /// A context of the user's has a name of the embedded org, and wins.
    #[error("the context {name} hides the embedded org of the same name")]
    HidesEmbedded { name: String },
    /// What cli.json says of a context was said of another server, so that it does not count.
    #[error("the settings of the context {name} are for another server and are ignored; add it or log in again")]
    OtherServer {
        /// The context.
        name: String,
    },
    /// A login has no access token, and is left out.
    #[error("the login of {name} has no token")]
    LoginWithoutToken {
        /// Its context.
        name: String,
    },
    /// The login of a context is in the keyring, and another program wrote one into credentials.json, which does not count.
    #[error("the login of {name} is in the keyring, and the one in credentials.json is ignored")]
    LoginBesideKeyring {
        /// The context.
        name: String,
    },
    /// A login belongs to no context, so that its token goes nowhere.
    #[error("there is a login for {name}, but no such context")]
    LoginWithoutContext {
        /// The context that there is not.
        name: String,
    },
    /// A refresh token in cli.json is not that of the login, or its endpoint lies elsewhere, so that it does not count.
    #[error("the login of {name} can't be refreshed: another program replaced it")]
    RefreshWithoutLogin {
        /// The context.
        name: String,
    },
    /// The current context does not exist.
    #[error("the current context is {name}, which does not exist")]
    CurrentUnknown { name: String },
    /// Others than its owner may do something with a file.
    #[error("other users can open {} (mode {mode:04o})", file.name())]
    OpenToOthers { file: AccountFile, mode: u32 },
}

/// Why a change of contexts or logins is refused. Nothing is written then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// The files can't be read or written.
    #[error(transparent)]
    Files(#[from] AccountsError),
    /// No context can have this name.
    #[error("a context name must not be empty, contain control characters, or be `__proto__`")]
    InvalidName,
    /// There is no such context.
    #[error("there is no context `{name}`")]
    UnknownContext {
        /// The name that was asked for.
        name: String,
    },
    /// The context is the embedded org, which always exists and has neither settings nor logins.
    #[error("`{name}` is the embedded org; it has no login or settings and cannot be removed")]
    Embedded {
        /// Its name, or its other name.
        name: String,
    },
    /// The context is the one that always exists, and nothing of the user's stands in its place.
    #[error("the context `{name}` always exists and can't be removed")]
    BuiltIn { name: &'static str },
    /// The URL can't be that of a context.
    #[error("the URL of the API can't be used: {0}")]
    Url(#[from] UrlProblem),
    /// The endpoint at which a login would be refreshed lies outside its context.
    #[error("the endpoint for refreshing the login is not on an origin of the context `{name}`")]
    EndpointElsewhere {
        /// The context.
        name: String,
    },
    /// The token is blank.
    #[error("the token is empty")]
    EmptyToken,
}
