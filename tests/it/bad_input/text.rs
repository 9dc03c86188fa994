//! Text from files and servers that would steer a terminal, a log reader or an eye.

use serde_json::json;

use super::harness::{AGENT, Case, add, clean};
use crate::support::env::TestEnv;
use crate::support::existing_server::{ExistingServer, Fault, Options, owner_token};
use crate::support::snapshots::assert_snapshot_file;

/// Clears the screen, writes to the clipboard, reorders, hides, forges lines of a log and ends with a bell.
pub(super) const NASTY: &str =
    "a\u{1b}[2Jb\u{1b}]52;c;aGk=\u{7}c\u{202e}d\u{200b}e\u{9b}1m\r\n::error::forged\n##[error]forged";

/// As a text of TOML or YAML in double quotes.
pub(super) fn quoted(text: &str) -> String {
    let characters = text.chars().map(|c| match c {
        '"' | '\\' => format!("\\{c}"),
        c if c.is_ascii_graphic() || c == ' ' => c.to_string(),
        c => format!("\\u{:04x}", u32::from(c)),
    });
    format!("\"{}\"", characters.collect::<String>())
}

/// A project with such text in every field that takes text.
pub(super) fn project() -> TestEnv {
    let nasty = quoted(NASTY);
    let toml = format!(
        "[agents.pilot]\nname = {nasty}\ndescription = {nasty}\ndir = \"./agents/pilot\"\nguardrails = [{nasty}]\n\
         [[agents.pilot.guardrails_inline]]\nname = {nasty}\nprompt = {nasty}\n\
         [[agents.pilot.providers]]\nid = {nasty}\nmodel = {nasty}\n\
         [[agents.pilot.platforms]]\ntype = \"telegram\"\nconfig = {{ chatId = {nasty}, {nasty} = \"x\" }}\n\
         [agents.pilot.network]\nallowed = [{nasty}]\n[agents.pilot.network.judges]\n{nasty} = {nasty}\n\
         [agents.pilot.egress]\nextra_policy = {nasty}\n[agents.pilot.worker]\nnix_packages = [{nasty}]\n\
         [agents.pilot.skills.mcp.{nasty}]\ncommand = {nasty}\nargs = [{nasty}]\nenv = {{ {nasty} = {nasty} }}\n\
         [memory]\nname = {nasty}\ndescription = {nasty}\nmodels = \"./models\"\n"
    );
    let entity = format!(
        "type: entity\nslug: plane\nname: {nasty}\ndescription: {nasty}\nicon: {nasty}\ncolor: {nasty}\n\
         metadata_schema: {{type: object, title: {nasty}, properties: {{{nasty}: {{enum: [{nasty}]}}}}}}\n\
         event_kinds: {{{nasty}: {{description: {nasty}}}}}\n"
    );
    let relationship = format!("type: relationship\nslug: flies\nname: {nasty}\ndescription: {nasty}\n");
    let env = Case::new("", 0).file("lobu.toml", toml).lay_out();
    env.write("models/plane.yaml", entity).write("models/flies.yaml", relationship);
    env.write("agents/pilot/SOUL.md", NASTY).write("agents/pilot/IDENTITY.md", NASTY);
    env.write("agents/pilot/skills/land/SKILL.md", format!("---\nname: {nasty}\n---\n{NASTY}\n"));
    env
}

#[test]
fn the_text_of_files_is_never_raw() {
    let env = project();
    for arguments in [
        vec!["validate"],
        vec!["plan", "-c", "local"],
        vec!["plan", "-c", "local", "--full"],
        vec!["plan", "-c", "local", "--json"],
        vec!["plan", "-c", "local", "--color", "never", "--show-unchanged"],
    ] {
        let output = env.lobu(&arguments);
        clean(&arguments.join(" "), output.expect_code(0));
    }
    let shown = env.lobu(["plan", "-c", "local", "--full"]).stdout;
    assert!(shown.contains("\\u{1b}[2J") && shown.contains("\\u{202e}"), "{shown}");
    clean("apply", env.lobu(["apply", "-c", "local", "--yes"]).expect_code(0));
    clean("again", env.lobu(["plan", "-c", "local", "--show-unchanged", "--full"]).expect_code(0));
}

#[test]
fn the_text_of_broken_files_is_never_raw() {
    let nasty = quoted(NASTY);
    let cases = [
        Case::new("agent id", 2)
            .file("lobu.toml", format!("[agents.{nasty}]\nname = \"x\"\ndir = \"./agents/pilot\"\n")),
        Case::new("key", 2).file("lobu.toml", format!("{AGENT}{nasty} = 1\n")),
        Case::new("directory", 0)
            .file("lobu.toml", AGENT.replace("\"./agents/pilot\"", &quoted(&NASTY.replace('/', "")))),
        Case::new("provider", 2)
            .file("lobu.toml", format!("{AGENT}providers = [{{ id = {nasty} }}, {{ id = {nasty} }}]\n")),
        Case::new("platform type", 2)
            .file("lobu.toml", format!("{AGENT}platforms = [{{ type = {nasty}, config = {{}} }}]\n")),
        Case::new("comment", 2).file("lobu.toml", format!("{AGENT}x = 1 # \u{202e}\u{200b}\u{9b}1m ::error::x\n")),
        Case::new("raw control", 2).file("lobu.toml", format!("{AGENT}description = \"\u{1b}[2J\"\n")),
        Case::new("entity type", 2)
            .file("lobu.toml", "[agents]\n[memory]\n")
            .file("models/a.yaml", format!("type: {nasty}\nslug: {nasty}\n")),
        Case::new("slug of a relationship type", 2)
            .file("lobu.toml", "[agents]\n[memory]\n")
            .file("models/a.yaml", format!("type: relationship\nslug: {nasty}\nname: x\n")),
    ];
    assert_snapshot_file!("control-characters-in-project-files", super::harness::run_all(&cases));
}

#[test]
fn the_text_of_a_server_is_never_raw() {
    let mut messages = String::new();
    let server = ExistingServer::start(Options::g1_without_manager());
    let mut env = project();
    env.env("LOBU_API_TOKEN", owner_token("dev")).env("LOBU_ORG", "dev");
    if let Some(organization) = server.state().organizations.first_mut() {
        NASTY.clone_into(&mut organization.name);
    }
    server.state().add_agent("dev", "pilot", NASTY, Some(NASTY));
    server.state().add_agent("dev", "other", NASTY, Some(NASTY));
    for arguments in [vec!["plan", "--all"], vec!["plan", "--all", "--json"], vec!["plan", "--all", "--full"]] {
        let output = env.lobu(arguments.into_iter().chain(["--url", &server.url()]));
        clean("a plan against an org with such text", output.expect_code(0));
    }
    for (name, fault, code) in [
        ("error", Fault::error(422, NASTY), 3),
        ("code", Fault::json(409, &json!({"error": NASTY, "error_description": NASTY})), 3),
        ("structured", Fault::json(403, &json!({"error": {"code": NASTY, "message": NASTY}})), 4),
    ] {
        let server = ExistingServer::start(Options::g1_without_manager());
        server.fail_every(|request| request.path == "/api/dev/agents", fault);
        let output = env.lobu(["apply", "--yes", "--url", &server.url()]);
        clean(name, output.expect_code(code));
        add(&mut messages, name, &output);
    }
    assert_snapshot_file!("control-characters-from-a-server", messages);
}
