//! An agent whose ID changed in the files: the one of before keeps running with the same secrets.

use crate::support::embedded::Served;
use crate::support::env::{CommandOutput, TestEnv};

fn toml(id: &str, platform_type: &str, token: &str) -> String {
    format!(
        "[agents.{id}]\nname = 'Desk'\ndir = 'desk'\n[[agents.{id}.platforms]]\ntype = '{platform_type}'\n\
         config = {{ botToken = '{token}' }}\n"
    )
}

struct Site {
    env: TestEnv,
    served: Served,
    _runtime: tokio::runtime::Runtime,
}

impl Site {
    /// An org with the agent `desk` and its platform.
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let served = runtime.block_on(Served::in_memory());
        let names = ["TOK", "OTHER"].map(|name| (name.to_owned(), "made-up".to_owned()));
        runtime.block_on(served.put_secrets("dev", &names.into_iter().collect()));
        let mut env = TestEnv::new();
        env.env("LOBU_API_TOKEN", served.token());
        let site = Self { env, served, _runtime: runtime };
        site.plan_of(&toml("desk", "telegram", "$TOK"));
        site.run(&["apply", "--yes"]).expect_code(0);
        site
    }

    fn run(&self, arguments: &[&str]) -> CommandOutput {
        self.env.lobu([arguments, &["--url", self.served.url(), "--org", "dev"]].concat())
    }

    /// What a plan of other files says, as one line, and how many requests it made.
    fn plan_of(&self, toml: &str) -> (String, u64) {
        self.env.write("lobu.toml", toml).write("desk/SOUL.md", "Be kind.\n");
        self.served.counter.reset();
        let output = self.run(&["plan"]);
        output.expect_code(0);
        assert_eq!(self.served.counter.writes(), 0);
        (output.everything().split_whitespace().collect::<Vec<_>>().join(" "), self.served.counter.reads())
    }
}

#[test]
fn a_new_agent_with_the_secret_of_an_undeclared_one_is_a_warning() {
    let site = Site::new();
    let (told, with_secret) = site.plan_of(&toml("front", "telegram", "$TOK"));
    assert!(
        told.contains(
            "warning: platform front/front-telegram: agent desk is in the org and not in this project, and its platform \
             desk/desk-telegram uses $TOK too"
        ),
        "{told}"
    );
    assert!(told.contains("If you renamed desk to front, delete desk in the web interface."), "{told}");
    let (told, without) = site.plan_of(&toml("front", "telegram", "literal"));
    assert!(!told.contains("agent desk is in the org"), "{told}");
    assert_eq!(with_secret, without + 1, "one request for each agent that is looked at");
}

#[test]
fn what_shares_nothing_is_none() {
    let site = Site::new();
    for toml in [
        toml("front", "telegram", "$OTHER"),
        toml("front", "slack", "$TOK"),
        toml("desk", "telegram", "$TOK"),
        format!("{}{}", toml("desk", "telegram", "$TOK"), toml("front", "telegram", "$TOK")),
    ] {
        let (told, _) = site.plan_of(&toml);
        assert!(!told.contains("is in the org and not in this project"), "{told}");
    }
}

#[test]
fn a_new_agent_that_is_there_is_no_news() {
    let site = Site::new();
    site.plan_of(&toml("front", "telegram", "$TOK"));
    site.run(&["apply", "--yes"]).expect_code(0);
    let (told, _) = site.plan_of(&toml("front", "telegram", "$TOK"));
    assert!(told.contains("Nothing to apply.") && !told.contains("uses $TOK too"), "{told}");
}
