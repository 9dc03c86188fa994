//! Our server compares: an edited literal is an update like any other.

use lobu::server::{Role, TokenRequest};
use tokio::runtime::Runtime;

use super::project::{LITERALS, Literals, words, write};
use crate::support::embedded::Served;
use crate::support::env::{CommandOutput, TestEnv};

struct Site {
    env: TestEnv,
    served: Served,
    _runtime: Runtime,
}

impl Site {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let served = runtime.block_on(Served::in_memory());
        let mut env = TestEnv::new();
        env.env("LOBU_API_TOKEN", served.token()).env("NO_COLOR", "1");
        write(&env, LITERALS);
        Self { env, served, _runtime: runtime }
    }

    fn run(&self, arguments: &[&str]) -> CommandOutput {
        self.run_in(&self.env, arguments)
    }

    fn run_in(&self, env: &TestEnv, arguments: &[&str]) -> CommandOutput {
        self.served.counter.reset();
        env.lobu([arguments, &["--url", self.served.url(), "--org", "dev"]].concat())
    }

    /// The environment of somebody with a token of less.
    fn as_user(&self, user: &str, role: Role, scope: &str) -> TestEnv {
        self.served.store.create_user(user, user, "x@local").expect("a user");
        self.served.store.set_role("dev", user, Some(role)).expect("a member");
        let request = TokenRequest { name: "t", scope: Some(scope), ..TokenRequest::default() };
        let token = self.served.store.create_token(user, request).expect("a token");
        let mut env = self.env.clone();
        env.env("LOBU_API_TOKEN", token.expose());
        env
    }
}

const EDITS: [(Literals, &str); 4] = [
    (Literals { units: "feet", ..LITERALS }, "~ settings desk"),
    (Literals { accept: "text/plain", ..LITERALS }, "~ settings desk"),
    (Literals { client_secret: "Zq8-other-client", ..LITERALS }, "~ settings desk"),
    (Literals { bot_token: "Zq8-other-bot-token", ..LITERALS }, "~ platform desk/desk-telegram"),
];

#[test]
fn an_edited_literal_is_an_update_that_apply_sends() {
    let site = Site::new();
    site.run(&["apply", "--yes"]).expect_code(0);
    for (literals, row) in EDITS {
        let same = site.run(&["plan", "--detailed-exitcode"]);
        same.expect_code(0);
        assert!(same.stdout.contains("Nothing to apply.") && !same.stdout.contains("hides"), "{same}");
        site.run(&["drift"]).expect_code(0);
        write(&site.env, literals);
        let plan = site.run(&["plan", "--detailed-exitcode"]);
        plan.expect_code(2);
        assert!(plan.stdout.contains(row), "{plan}");
        assert!(!plan.everything().contains("Zq8"), "{plan}");
        assert_eq!(site.served.counter.writes(), 0, "a dry run writes nothing");
        let drift = site.run(&["drift"]);
        drift.expect_code(6);
        assert!(!drift.stdout.contains("Declared values match"), "{drift}");
        assert!(site.run(&["apply", "--yes"]).expect_code(0).stdout.contains("Apply complete"));
        let again = site.run(&["plan", "--detailed-exitcode"]);
        again.expect_code(0);
        assert!(again.stdout.contains("Nothing to apply."), "{again}");
        write(&site.env, LITERALS);
        site.run(&["apply", "--yes"]).expect_code(0);
    }
}

#[test]
fn the_embedded_org_compares_as_well() {
    let env = TestEnv::new();
    write(&env, LITERALS);
    let local = |arguments: &[&str]| env.lobu([arguments, &["-c", "local", "--org", "dev"]].concat());
    local(&["apply", "--yes"]).expect_code(0);
    local(&["plan", "--detailed-exitcode"]).expect_code(0);
    for (literals, _) in EDITS {
        write(&env, literals);
        local(&["plan", "--detailed-exitcode"]).expect_code(2);
        local(&["drift"]).expect_code(6);
        local(&["apply", "--yes"]).expect_code(0);
        local(&["plan", "--detailed-exitcode"]).expect_code(0);
    }
}

/// With hidden literals exactly one request more; without any none.
#[test]
fn an_unchanged_plan_makes_one_comparison_and_only_where_literals_are_hidden() {
    let site = Site::new();
    site.run(&["apply", "--yes"]).expect_code(0);
    let reads = |arguments: &[&str]| {
        site.run(arguments).expect_code(0);
        assert_eq!(site.served.counter.writes(), 0, "{arguments:?}");
        site.served.counter.reads()
    };
    let with_literals = (reads(&["plan"]), reads(&["drift"]), reads(&["plan", "--only", "memory"]));
    let toml = site.env.read("lobu.toml");
    let (agent, _) = toml.split_once("[[agents.desk.platforms]]").expect("a platform");
    site.env.write("lobu.toml", agent);
    let without = (reads(&["plan"]), reads(&["drift"]), reads(&["plan", "--only", "memory"]));
    assert_eq!(with_literals, (without.0 + 1, without.1 + 1, without.2));
}

#[test]
fn who_may_not_change_the_org_is_told_what_is_unknown() {
    let site = Site::new();
    site.run(&["apply", "--yes"]).expect_code(0);
    write(&site.env, Literals { units: "feet", ..LITERALS });
    for (user, role, scope) in
        [("member", Role::Member, "mcp:read mcp:write mcp:admin"), ("reader", Role::Admin, "mcp:read")]
    {
        let env = site.as_user(user, role, scope);
        for verb in [&["plan", "--detailed-exitcode"][..], &["drift"]] {
            let output = site.run_in(&env, verb);
            output.expect_code(0);
            let words = words(&output);
            assert!(words.contains("The server hides 4 values: "), "{output}");
            assert!(words.contains("desk → charts → UNITS"), "{output}");
            assert!(words.contains("desk → charts → client_secret"), "{output}");
            assert!(words.contains("send them with --resend-secrets=agent/desk"), "{output}");
            assert!(words.contains("the role owner or admin and the scope mcp:admin"), "{output}");
            assert!(words.contains("; 4 hidden values are unknown."), "{output}");
            assert!(!words.contains("Nothing to apply.") && !words.contains("Declared values match."), "{output}");
            assert_eq!(site.served.counter.writes(), 0);
        }
    }
}

#[test]
fn after_too_many_different_values_a_day_they_are_unknown() {
    let site = Site::new();
    site.run(&["apply", "--yes"]).expect_code(0);
    let guesses = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
    for units in guesses {
        write(&site.env, Literals { units, ..LITERALS });
        site.run(&["plan", "--detailed-exitcode"]).expect_code(2);
    }
    for units in ["k", LITERALS.units] {
        write(&site.env, Literals { units, ..LITERALS });
        let plan = site.run(&["plan", "--detailed-exitcode"]);
        plan.expect_code(0);
        assert!(words(&plan).contains("Too many different values were compared"), "{plan}");
        assert!(words(&plan).contains("hidden values are unknown"), "{plan}");
    }
    // What is sent all the same is another value, of which nothing was asked yet.
    write(&site.env, Literals { units: "k", ..LITERALS });
    site.run(&["apply", "--yes", "--resend-secrets=agent/desk"]).expect_code(0);
    let plan = site.run(&["plan", "--detailed-exitcode"]);
    plan.expect_code(0);
    assert!(plan.stdout.contains("Nothing to apply."), "{plan}");
}

/// A plan job whose token may not compare, and an apply job whose token may, find the same plan.
#[test]
fn what_a_comparison_says_is_no_part_of_the_plan_id_and_the_literal_is() {
    let mut site = Site::new();
    site.run(&["apply", "--yes"]).expect_code(0);
    site.env.env("LOBU_PLAN_KEY", "0f".repeat(32));
    let id = |env: &TestEnv| {
        let output = site.run_in(env, &["plan", "--json"]);
        output.expect_code(0);
        let document: serde_json::Value = serde_json::from_str(&output.stdout).expect("a document");
        document["plan_id"].as_str().expect("an id").to_owned()
    };
    let unchanged = id(&site.env);
    let reader = site.as_user("reader", Role::Admin, "mcp:read");
    assert_eq!(id(&reader), unchanged);
    write(&site.env, Literals { bot_token: "Zq8-other-bot-token", ..LITERALS });
    let edited = id(&site.env);
    assert_ne!(edited, unchanged);
    assert_eq!(id(&reader), edited);
    site.run(&["apply", "--yes", "--expect", &edited]).expect_code(0);
    assert_eq!(id(&site.env), edited, "the files are the same, and so is all that is visible of the org");
}
