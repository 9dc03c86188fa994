//! What `validate` finds in lobu.toml, and in its syntax.

use super::harness::{AGENT, Case, MEMORY, SENTINEL, below_agent, run_all};
use crate::support::snapshots::assert_snapshot_file;

/// A memory table, behind an agent.
const TABLE: &str = "[memory]\nmodels = \"./models\"\n";

#[test]
fn what_is_wrong_with_lobu_toml_is_told() {
    let two = |id: &str, dir: &str| format!("{AGENT}[agents.{id}]\nname = \"Second\"\ndir = \"{dir}\"\n");
    let telegram = "[[agents.pilot.platforms]]\ntype = \"telegram\"\nconfig = {}\n";
    let cases = [
        Case::new("agent id too short", 2).file("lobu.toml", AGENT.replace("[agents.pilot]", "[agents.ab]")),
        Case::new("agent id with capitals", 2).file("lobu.toml", AGENT.replace("[agents.pilot]", "[agents.Pilot]")),
        Case::new("agent id starts with a digit", 2).file("lobu.toml", AGENT.replace("pilot]", "1pilot]")),
        Case::new("agent without a name", 2).file("lobu.toml", "[agents.pilot]\ndir = \"./agents/pilot\"\n"),
        Case::new("agent with a blank name", 2).file("lobu.toml", AGENT.replace("\"Pilot\"", "\" \"")),
        below_agent("one platform twice", &format!("{telegram}{telegram}")),
        below_agent(
            "two platforms with one id",
            "platforms = [{ type = \"telegram\", name = \"a b\", config = {} }, { type = \"telegram\", name = \"a-b\", \
             config = {} }]",
        ),
        Case::new("two agents whose platforms get one id", 2).file(
            "lobu.toml",
            format!(
                "{}[[agents.pilot.platforms]]\ntype = \"slack\"\nname = \"slack-x\"\nconfig = {{}}\n\
                 [[agents.pilot-slack.platforms]]\ntype = \"slack\"\nname = \"x\"\nconfig = {{}}\n",
                two("pilot-slack", "./agents/pilot-slack")
            ),
        ),
        below_agent("unknown platform type", "platforms = [{ type = \"telegramm\", config = {} }]"),
        below_agent("platform without a type", "platforms = [{ name = \"x\", config = {} }]"),
        below_agent("one provider twice", "providers = [{ id = \"openai\" }, { id = \"openai\", model = \"x\" }]"),
        below_agent(
            "masked value in a platform",
            "platforms = [{ type = \"telegram\", config = { botToken = \"***SENTINELhunter2x7\" } }]",
        ),
        below_agent(
            "masked value in an MCP server",
            "skills.mcp.x = { url = \"https://x.example\", headers = { A = \"***\" } }",
        ),
        below_agent(
            "reserved variable",
            "platforms = [{ type = \"telegram\", config = { botToken = \"$LOBU_API_TOKEN\" } }]",
        ),
        below_agent("reserved variable in a provider", "providers = [{ id = \"openai\", key = \"$LOBU_TOKEN\" }]"),
        below_agent("unknown key", "descripton = \"SENTINELhunter2x7\""),
        below_agent("value of a wrong type", "guardrails = \"SENTINELhunter2x7\""),
        below_agent("watchers", "[[agents.pilot.watchers]]\nprompt = \"SENTINELhunter2x7\""),
        Case::new("bad org", 2).file("lobu.toml", format!("{AGENT}[memory]\norg = \"no org\"\n")),
        Case::new("two memory tables", 2)
            .file("lobu.toml", format!("{AGENT}[memory]\nname = \"x\"\n[memory.owletto]\norg = \"x\"\n")),
        Case::new("several problems at once", 2)
            .file("lobu.toml", "[agents.A]\nname = \"\"\ndir = \"../x\"\n[memory]\nmodels = \"/etc\"\n"),
    ];
    assert_snapshot_file!("errors-in-lobu-toml", run_all(&cases));
}

#[test]
fn broken_toml_is_told_without_its_text() {
    let broken = |name, line: &str| below_agent(name, &line.replace('S', SENTINEL));
    let cases = [
        broken("unterminated string", "description = \"S"),
        broken("unquoted value", "description = S"),
        broken("two values", "description = \"S\" \"S\""),
        broken("unterminated inline table", "skills.mcp.x = { headers = { Authorization = \"S\""),
        broken("unterminated list", "guardrails = [\"S\","),
        broken("bad escape", "description = \"S\\q\""),
        broken("key twice", "description = \"S\"\ndescription = \"S\""),
        broken("table twice", "[agents.pilot]\nname = \"S\""),
        broken("only a word", "S"),
        broken("header that is not closed", "[agents.S"),
        broken(
            "number in a platform",
            "[[agents.pilot.platforms]]\ntype = \"telegram\"\nconfig = { chatId = 9007199254740993 }",
        ),
        Case::new("null byte", 2).file("lobu.toml", format!("{AGENT}description = \"a\0{SENTINEL}\"\n")),
        Case::new("deeply nested", 2).file("lobu.toml", format!("{AGENT}x = {}\n", "[".repeat(100_000))),
    ];
    assert_snapshot_file!("broken-toml", run_all(&cases));
}

#[test]
fn warnings_are_told_and_can_be_errors() {
    let one_directory = format!("{AGENT}[agents.copilot]\nname = \"Copilot\"\ndir = \"./agents/pilot\"\n");
    let missing = AGENT.replace("./agents/pilot", "./agents/pilto");
    let unknown_end = "type: relationship\nslug: flies\nname: flies\nrules: [{source: pilots, target: plane}]\n";
    let rewritten = "type: entity\nslug: Air Plane\nname: Plane\n";
    let mut cases = Vec::new();
    for (code, flags) in [(0, vec![]), (2, vec!["--deny-warnings"])] {
        let mut add = |name, files: Vec<(&'static str, String)>| {
            let files = files.into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
            cases.push(Case { name, files, arguments: flags.clone(), code });
        };
        add("two agents in one directory", vec![("lobu.toml", one_directory.clone())]);
        add("agent directory is missing", vec![("lobu.toml", missing.clone())]);
        add("models directory is missing", vec![("lobu.toml", MEMORY.to_owned())]);
        add(
            "directory below models",
            vec![("lobu.toml", MEMORY.to_owned()), ("models/more/a.yaml", rewritten.to_owned())],
        );
        add("unknown rule end", vec![("lobu.toml", MEMORY.to_owned()), ("models/a.yaml", unknown_end.to_owned())]);
        add("slug is rewritten", vec![("lobu.toml", MEMORY.to_owned()), ("models/a.yaml", rewritten.to_owned())]);
    }
    assert_snapshot_file!("warnings-of-a-project", run_all(&cases));
}

#[test]
fn flags_widen_and_narrow_what_is_an_error() {
    let broken_model = "type: entity\nslug: plane\n";
    let both = format!("{AGENT}providers = [{{ id = \"x\" }}, {{ id = \"x\" }}]\n{TABLE}");
    let cases = [
        Case::new("memory is off", 0)
            .file("lobu.toml", format!("{AGENT}{TABLE}enabled = false\n"))
            .file("models/model.yaml", broken_model),
        Case::new("no memory table", 0).file("models/model.yaml", broken_model),
        below_agent("unknown key is allowed", "descripton = \"x\"").with(["--allow-unknown-keys"]).ends(0),
        below_agent("unknown platform type is allowed", "platforms = [{ type = \"pigeon\", config = {} }]")
            .with(["--allow-unknown-keys"])
            .ends(0),
        below_agent("unknown key is allowed and warnings are not", "descripton = \"x\"")
            .with(["--allow-unknown-keys", "--deny-warnings"]),
    ];
    let mut messages = run_all(&cases);
    for (name, text, only, code) in [
        ("an error in models, only agents", format!("{AGENT}{TABLE}"), "agents", 0),
        ("an error in models, only memory", format!("{AGENT}{TABLE}"), "memory", 2),
        ("errors in both, only agents", both.clone(), "agents", 2),
        ("errors in both, only memory", both, "memory", 2),
        (
            "an error in agents, only memory",
            format!("{AGENT}providers = [{{ id = \"x\" }}, {{ id = \"x\" }}]\n"),
            "memory",
            0,
        ),
    ] {
        let case = Case::new(name, code).file("lobu.toml", text).file("models/model.yaml", broken_model);
        let env = case.lay_out();
        let output = env.lobu(["plan", "-c", "local", "--only", only]);
        assert_eq!(output.code, Some(code), "{name}\n{output}");
        super::harness::clean(name, &output);
        super::harness::add(&mut messages, name, &output);
    }
    assert_snapshot_file!("flags-that-decide-what-is-an-error", messages);
}
