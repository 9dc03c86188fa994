//! The keys of providers on a server of the second generation, which takes them by a route of its own.

use crate::support::env::{CommandOutput, TestEnv};
use crate::support::existing_server::{ExistingServer, Fault, Options, owner_token};
use crate::support::terminal::Terminal;

use super::site::{document, flat};

const VALUE: &str = "value-that-is-not-shown";
const OTHER: &str = "another-value-not-shown";

const PROJECT: &str = r#"[agents.desk]
name = "Desk"
dir = "agents/desk"

[[agents.desk.providers]]
id = "anthropic"
key = "$ANTHROPIC_API_KEY"

[[agents.desk.providers]]
id = "open/router"
key = "$ROUTER_KEY"

[[agents.desk.providers]]
id = "openai"
key = "literal-that-is-not-sent"

[[agents.desk.providers]]
id = "mistral"
secret_ref = "$NEEDED_BY_NOBODY"
"#;

/// A project with two keys, a server of a generation that has its agent, and a `.env`.
struct Site {
    env: TestEnv,
    server: ExistingServer,
}

impl Site {
    fn new(options: Options) -> Self {
        let (mut env, server) = (TestEnv::new(), ExistingServer::start(options));
        env.env("LOBU_API_TOKEN", owner_token("dev")).env("NO_COLOR", "1").write("lobu.toml", PROJECT);
        env.write("agents/desk/SOUL.md", "Be kind.\n");
        env.write(".env", format!("ANTHROPIC_API_KEY={VALUE}\nROUTER_KEY={OTHER}\n"));
        server.state().add_agent("dev", "desk", "Desk", None);
        Self { env, server }
    }

    fn run(&self, arguments: &[&str]) -> CommandOutput {
        let url = self.server.url();
        let output = self.env.lobu([arguments, &["--org", "dev", "--url", &url]].concat());
        let everything = output.everything();
        for value in [VALUE, OTHER, "literal-that-is-not-sent"] {
            assert!(!everything.contains(value), "{output}");
        }
        output
    }

    fn push(&self, arguments: &[&str]) -> CommandOutput {
        self.run(&[&["secrets", "push"], arguments].concat())
    }

    /// `provider=value` of what the org has.
    fn keys(&self) -> Vec<String> {
        let state = self.server.state();
        state.provider_keys.iter().map(|((org, provider), value)| format!("{org}/{provider}={value}")).collect()
    }
}

#[test]
fn each_key_needs_a_flag_of_its_own_where_nobody_can_be_asked() {
    let site = Site::new(Options::g2());
    for arguments in [&[][..], &["--yes"], &["--yes", "--rotate", "--yes-rotate"]] {
        let output = site.push(arguments);
        output.expect_code(2);
        assert!(flat(&output.stderr).contains("--replace-provider-key=anthropic,open/router"), "{output}");
        assert_eq!(site.keys(), [""; 0], "{arguments:?}");
    }
    let output = site.push(&["--replace-provider-key=anthropic"]);
    output.expect_code(0);
    assert!(output.stdout.contains("~ $ANTHROPIC_API_KEY → anthropic  sent"), "{output}");
    assert!(output.stdout.contains("= $ROUTER_KEY → open/router  not sent"), "{output}");
    assert_eq!(site.keys(), [format!("dev/anthropic={VALUE}")]);
    let output = site.push(&["--replace-provider-key", "anthropic,open/router", "--yes"]);
    output.expect_code(0);
    assert!(output.stdout.contains("Push complete. 2 sent."), "{output}");
    assert_eq!(site.keys(), [format!("dev/anthropic={VALUE}"), format!("dev/open/router={OTHER}")]);
    // Each write is the key alone, by way of an agent.
    let paths: Vec<_> = site.server.writes().into_iter().map(|request| (request.method, request.path)).collect();
    let route = |provider: &str| ("PUT".to_owned(), format!("/api/dev/agents/desk/providers/{provider}/api-key"));
    assert_eq!(paths, [route("anthropic"), route("anthropic"), route("open%2Frouter")]);
}

#[test]
fn a_dry_run_says_what_each_key_is_for_and_sends_nothing() {
    let site = Site::new(Options::g2());
    let output = site.push(&["--dry-run"]);
    output.expect_code(0);
    let text = flat(&output.stdout);
    for part in [
        "~ $ANTHROPIC_API_KEY → anthropic (send, source=.env, used by desk/providers.anthropic)",
        "! for every agent of the org; it may replace a key that nobody can read back",
        "literal keys are never sent: openai; write them as $NAME",
        "only provider keys are sent, and an apply sends platform values",
        "This is a dry run: nothing was sent.",
        "Push: 2 to send.",
    ] {
        assert!(text.contains(part), "{part}\n{output}");
    }
    assert!(!text.contains("NEEDED_BY_NOBODY"), "{output}");
    let json = document(&site.push(&["--dry-run", "--json"]));
    assert_eq!((&json["supported"], json["provider_keys"].as_array().map(Vec::len)), (&false.into(), Some(2)));
    assert_eq!(json["provider_keys"][0]["result"], serde_json::Value::Null);
    assert_eq!(site.server.writes().len(), 0);
    let json = document(&site.push(&["--json", "--replace-provider-key=anthropic"]));
    let results: Vec<_> = json["provider_keys"].as_array().expect("a list").iter().map(|key| &key["result"]).collect();
    assert_eq!(results, ["sent", "declined"]);
}

#[test]
fn a_person_is_asked_about_each_key() {
    let site = Site::new(Options::g2());
    let url = site.server.url();
    let arguments = ["secrets", "push", "--org", "dev", "--url", &url];
    let mut terminal = Terminal::start(&site.env, &arguments, "");
    terminal.drive(&[
        ("Send $ANTHROPIC_API_KEY → anthropic for every agent in org dev on", "n"),
        ("Send $ROUTER_KEY → open/router for every agent in org dev on", "y"),
    ]);
    let (code, screen) = terminal.end();
    assert_eq!(code, Some(0), "{screen}");
    let text = flat(&screen);
    assert!(text.contains("[N/y/q/?]") && !text.contains("/a/"), "{screen}");
    assert!(text.contains("Push complete. 1 sent, 1 not sent."), "{screen}");
    assert!(!screen.contains(VALUE) && !screen.contains(OTHER), "{screen}");
    assert_eq!(site.keys(), [format!("dev/open/router={OTHER}")]);
    let mut terminal = Terminal::start(&site.env, &arguments, "");
    terminal.drive(&[("Send $ANTHROPIC_API_KEY → anthropic", "y"), ("Send $ROUTER_KEY → open/router", "q")]);
    let (code, screen) = terminal.end();
    assert_eq!(code, Some(7), "{screen}");
    assert_eq!(site.keys().len(), 1, "a quit sends nothing");
}

#[test]
fn if_supported_alone_sends_none() {
    let site = Site::new(Options::g2());
    let output = site.push(&["--if-supported", "--yes"]);
    output.expect_code(0);
    assert!(flat(&output.stderr).contains("has no secrets API; nothing was sent."), "{output}");
    assert_eq!(site.keys(), [""; 0]);
    site.push(&["--if-supported", "--yes", "--replace-provider-key=anthropic"]).expect_code(0);
    assert_eq!(site.keys().len(), 1);
    for options in [Options::g1_with_manager(), Options::g3()] {
        let site = Site::new(options);
        site.push(&["--replace-provider-key=anthropic"]).expect_code(3);
        site.push(&["--replace-provider-key=anthropic", "--if-supported"]).expect_code(0);
        assert_eq!(site.server.writes().len(), 0);
    }
}

#[test]
fn what_cannot_be_sent_is_an_error_and_nothing_is_sent() {
    let site = Site::new(Options::g2());
    for (arguments, code, message) in [
        (&["--replace-provider-key=openai"][..], 2, "its key is a literal, which is never sent"),
        (&["--replace-provider-key=nothing"], 2, "The project has keys for: anthropic, open/router, openai."),
        (&["FOO", "--from-file", "other.env", "--yes"], 3, "so it cannot store FOO; nothing was sent"),
    ] {
        site.env.write("other.env", "FOO=x\n");
        let output = site.push(arguments);
        output.expect_code(code);
        assert!(flat(&output.stderr).contains(message), "{output}");
    }
    let flags = ["--replace-provider-key=anthropic,open/router"];
    site.server.state().agents.clear();
    let output = site.push(&flags);
    output.expect_code(3);
    assert!(flat(&output.stderr).contains("the org does not have the agent desk; nothing was sent"), "{output}");
    assert!(output.stderr.contains("  lobu apply"), "{output}");
    assert_eq!(site.server.writes().len(), 0);
}

#[test]
fn a_missing_value_is_named_and_the_others_are_sent() {
    let site = Site::new(Options::g2());
    site.env.write(".env", format!("ANTHROPIC_API_KEY={VALUE}\nROUTER_KEY=\n"));
    let output = site.push(&["--replace-provider-key=anthropic,open/router"]);
    output.expect_code(0);
    assert!(output.stdout.contains("! $ROUTER_KEY → open/router  empty in .env"), "{output}");
    assert!(flat(&output.stderr).contains("1 provider key used in lobu.toml is not in .env"), "{output}");
    assert_eq!(site.keys(), [format!("dev/anthropic={VALUE}")]);
}

#[test]
fn a_server_that_repeats_the_value_is_not_repeated() {
    let site = Site::new(Options::g2());
    let is_key = |provider: &'static str| {
        move |request: &crate::support::existing_server::RecordedRequest| request.path.contains(provider)
    };
    let fault = |status| Fault::error(status, &format!("the value {VALUE} and {OTHER} is wrong"));
    let both = ["--replace-provider-key=anthropic,open/router", "-vv"];
    site.server.fail_next(is_key("anthropic/api-key"), fault(400));
    let output = site.push(&both);
    output.expect_code(3);
    assert!(flat(&output.stderr).contains("nothing was sent"), "{output}");
    assert!(output.stdout.contains("refused: not sent") && output.stdout.contains("not tried"), "{output}");
    assert_eq!(site.keys(), [""; 0]);
    site.server.fail_next(is_key("router/api-key"), fault(422));
    let output = site.push(&both);
    output.expect_code(5);
    assert!(flat(&output.stderr).contains("some provider keys were sent"), "{output}");
    assert_eq!(site.keys(), [format!("dev/anthropic={VALUE}")]);
}

#[test]
fn two_keys_for_one_provider_are_an_error_of_validate_and_push() {
    let site = Site::new(Options::g2());
    let second =
        "[agents.other]\nname = \"Other\"\ndir = \"b\"\nproviders = [{ id = \"anthropic\", key = \"$OTHER\" }]\n";
    site.env.write("lobu.toml", format!("{PROJECT}\n{second}")).write("b/SOUL.md", "Be quick.\n");
    for output in [site.env.lobu(["validate"]), site.push(&["--replace-provider-key=anthropic"]), site.run(&["plan"])] {
        output.expect_code(2);
        let text = flat(&output.stderr);
        assert!(text.contains("another `key` in agent `desk`, on line 7"), "{output}");
        assert!(output.stderr.contains("lobu.toml:24:"), "{output}");
    }
    assert_eq!(site.server.writes().len(), 0);
}

#[test]
fn plan_apply_and_doctor_name_the_keys_with_the_push() {
    let site = Site::new(Options::g2());
    let url = site.server.url();
    let keys = "anthropic ($ANTHROPIC_API_KEY, used by desk), open/router ($ROUTER_KEY, used by desk), openai (a literal \
                key, used by desk)";
    let push = format!("lobu secrets push --url {url} --org dev");
    for arguments in [&["plan"][..], &["apply", "--yes"]] {
        let output = site.run(arguments);
        output.expect_code(0);
        let text = flat(&output.stdout);
        assert!(text.contains(&format!("apply neither sends nor checks provider keys: {keys}")), "{output}");
        assert!(output.stdout.lines().any(|line| line.trim() == push), "{push}\n{output}");
    }
    assert_eq!(site.keys(), [""; 0], "an apply sends none");
    let json: serde_json::Value = serde_json::from_str(&site.run(&["plan", "--json"]).stdout).expect("JSON");
    let can_push: Vec<_> =
        json["provider_keys"].as_array().expect("a list").iter().map(|key| (&key["name"], &key["can_push"])).collect();
    let name = serde_json::Value::from;
    assert_eq!(
        can_push,
        [
            (&name("ANTHROPIC_API_KEY"), &true.into()),
            (&name("ROUTER_KEY"), &true.into()),
            (&serde_json::Value::Null, &false.into()),
        ]
    );
    let doctor = flat(&site.run(&["doctor"]).everything());
    assert!(doctor.contains("Cannot check the provider keys: anthropic ($ANTHROPIC_API_KEY), open/router"), "{doctor}");
    assert!(doctor.contains(&push), "{doctor}");

    let site = Site::new(Options::g1_with_manager());
    let output = site.run(&["plan"]);
    assert!(flat(&output.stdout).contains("set them in the server's web interface"), "{output}");
    assert!(!output.stdout.contains("lobu secrets push"), "{output}");
    let doctor = flat(&site.run(&["doctor"]).everything());
    assert!(doctor.contains("Set them in the server's web interface."), "{doctor}");
}
