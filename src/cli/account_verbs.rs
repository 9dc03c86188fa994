//! Which command a verb about contexts and logins is.

use crate::commands::{ContextAdd, ContextVerb, Login, Logout, OrgVerb, ProjectOptions, Token, TokenSource, Whoami};

use super::account_args::{
    ContextAddArgs, ContextCommand, ContextNameArgs, LoginArgs, LoginContextArgs, OrgCommand, OrgListArgs, OrgUseArgs,
    TokenArgs, TypedToken,
};

pub(super) fn login(args: LoginArgs) -> Login {
    let LoginArgs { token, token_stdin, url, force, context, directory } = args;
    let source = match (token, token_stdin) {
        // Without a value, or with an empty variable's.
        (Some(TypedToken(text)), _) if text.trim().is_empty() => TokenSource::Asked,
        (Some(TypedToken(text)), _) => TokenSource::argument(text),
        (None, true) => TokenSource::Stdin,
        (None, false) => TokenSource::DeviceFlow,
    };
    let LoginContextArgs { context, allow_insecure_http } = context;
    let project = ProjectOptions { directory: directory.directory, ..ProjectOptions::default() };
    Login { context, url, source, force, allow_insecure_http, project }
}

pub(super) fn logout(args: LoginContextArgs) -> Logout {
    let LoginContextArgs { context, allow_insecure_http } = args;
    Logout { context, allow_insecure_http }
}

pub(super) fn whoami(args: LoginContextArgs) -> Whoami {
    let LoginContextArgs { context, allow_insecure_http } = args;
    Whoami { context, allow_insecure_http }
}

pub(super) fn token(args: TokenArgs) -> Token {
    let TokenArgs { raw, context: LoginContextArgs { context, allow_insecure_http } } = args;
    Token { context, raw, allow_insecure_http }
}

pub(super) fn context(command: ContextCommand) -> ContextVerb {
    match command {
        ContextCommand::List => ContextVerb::List,
        ContextCommand::Current => ContextVerb::Current,
        ContextCommand::Add(ContextAddArgs { name, url, send_secret_values }) => {
            ContextVerb::Add(ContextAdd { name, url, send_secret_values })
        }
        ContextCommand::Use(ContextNameArgs { name }) => ContextVerb::Use { name },
        ContextCommand::Remove(ContextNameArgs { name }) => ContextVerb::Remove { name },
    }
}

pub(super) fn org(command: OrgCommand) -> OrgVerb {
    match command {
        OrgCommand::List(OrgListArgs { org, context: LoginContextArgs { context, allow_insecure_http } }) => {
            OrgVerb::List { context, by: org, allow_insecure_http }
        }
        OrgCommand::Current(LoginContextArgs { context, .. }) => OrgVerb::Current { context },
        OrgCommand::Use(OrgUseArgs { org, context: LoginContextArgs { context, .. } }) => OrgVerb::Use { context, org },
    }
}
