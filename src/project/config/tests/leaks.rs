use super::*;
use crate::schema::ALL;

const SECRET: &str = "SentinelSecret0123456789";

/// Lines that are wrong in every way, with the secret in each place where a value or a comment can stand.
const LINES: [&str; 48] = [
    "x = S",
    "x = \"S",
    "x = 'S",
    "x = \"\"\"S",
    "x = \"\"\"\nS\n\\q\"\"\"",
    "x = \"S\\q\"",
    "x = \"S\" \"S\"",
    "x = \"S\" # S",
    "x == \"S\"",
    "x = [\"S\" \"S\"]",
    "x = [\"S\",\n  S]",
    "x = { a = \"S\"",
    "x = { a = \"S\" b = \"S\" }",
    "S",
    "S =",
    "[S",
    "[agents.abc.\"S\" = \"S\"",
    "x = 1S",
    "x = 1979-99-99S",
    "name = \"S\" # S",
    "naem = \"S\"",
    "naem = \"S\" # S",
    "naem = \"\"\"\nS\n\"\"\"",
    "description = [\"S\"]",
    "description = { a = \"S\" }",
    "description = [\n  \"S\"\n]",
    "providers = [\"S\"]",
    "providers = [{ key = \"S\" }]",
    "providers = [{ id = \"x\", key = \"S\", secret_ref = \"S\" }]",
    "providers = [{ id = \"x\", key = \"$LOBU_X\" }, { id = \"x\", key = \"S\" }]",
    "platforms = [{ type = \"slak\", config = { botToken = \"S\" } }]",
    "platforms = [{ type = \"slack\", config = { botToken = \"***S\" } }]",
    "platforms = [{ type = \"slack\", config = { botToken = [\"S\"] } }]",
    "platforms = [{ type = \"slack\", config = \"S\" }]",
    "platforms = [{ type = \"slack\", id = \"/S\", config = {} }]",
    "platforms = [{ type = \"slack\", config = { platform = \"S\" } }]",
    "platforms = [{ type = \"slack\", config = {}, channels = [\"S\"] }]",
    "[[agents.abc.platforms]]\ntype = \"slack\"\nbotToken = \"S\"",
    "skills.mcp.x.headers = { A = \"S\", B = 1 }",
    "skills.mcp.x.headers = \"S\"",
    "skills.mcp.x.env.A = \"***S\"",
    "skills.mcp.x.token = \"S\"",
    "network.judge = [{ domian = \"S\" }]",
    "network.allowed = \"S\"",
    "tools.strict = \"S\"",
    "connections = [{ config = { botToken = \"S\" } }] # S",
    "watchers = [{ prompt = \"S\" }]",
    "name = \"S\"",
];

#[test]
fn no_diagnostic_repeats_a_value() {
    for line in LINES {
        let text = format!("[agents.abc]\nname = 'A'\ndir = 'a'\n{line}\n").replace('S', SECRET);
        for options in [ReadOptions::default(), lenient()] {
            let (config, problems) = read(&ALL, &text, "lobu.toml", options);
            assert!(!problems.is_empty(), "{line}");
            for problem in &problems {
                let shown = format!("{problem:?} {} {:?}", problem.message, problem.excerpt);
                assert!(!shown.contains(SECRET), "{line}\n{shown}");
                assert!(!shown.contains("Sentinel"), "{line}\n{shown}");
            }
            drop(config);
        }
    }
}

#[test]
fn the_config_hides_values_that_may_be_secrets() {
    let text = "[agents.abc]\nname = 'A'\ndir = 'a'\n\
        providers = [{ id = 'x', key = 'S' }]\n\
        platforms = [{ type = 'slack', config = { botToken = 'S' } }]\n\
        skills.mcp.x = { url = 'https://S@host', args = ['S'], env = { A = 'S' }, headers = { A = 'S' } }\n\
        skills.mcp.y.oauth = { auth_url = 'S', token_url = 'S', client_id = 'S', client_secret = 'S' }\n";
    let config = config(&text.replace('S', SECRET));
    assert!(!format!("{config:?}").contains(SECRET));
}
