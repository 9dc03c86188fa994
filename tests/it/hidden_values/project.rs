//! A project with a literal at each place that a server may hide.

use crate::support::env::{CommandOutput, TestEnv};

/// The literals of a project.
#[derive(Clone, Copy)]
pub(super) struct Literals {
    pub(super) units: &'static str,
    pub(super) accept: &'static str,
    pub(super) client_secret: &'static str,
    pub(super) bot_token: &'static str,
}

pub(super) const LITERALS: Literals =
    Literals { units: "metres", accept: "application/json", client_secret: "Zq8-client", bot_token: "Zq8-bot-token" };

/// Writes the project. Where MCP values are not wanted, it has only the platform.
pub(super) fn write(env: &TestEnv, literals: Literals) {
    let Literals { units, accept, client_secret, bot_token } = literals;
    let toml = format!(
        "[agents.desk]\nname = 'Desk'\ndir = 'desk'\n\
         [[agents.desk.platforms]]\ntype = 'telegram'\nconfig = {{ botToken = '{bot_token}', chatId = '1' }}\n\
         [agents.desk.skills.mcp.charts]\nurl = 'https://charts.example/mcp'\nenv = {{ UNITS = '{units}' }}\n\
         headers = {{ Accept = '{accept}' }}\n\
         oauth = {{ auth_url = 'https://charts.example/a', token_url = 'https://charts.example/t', \
         client_id = 'desk', client_secret = '{client_secret}' }}\n"
    );
    env.write("lobu.toml", toml).write("desk/SOUL.md", "Be kind.\n");
}

/// All that was printed, as one line.
pub(super) fn words(output: &CommandOutput) -> String {
    output.everything().split_whitespace().collect::<Vec<_>>().join(" ")
}
