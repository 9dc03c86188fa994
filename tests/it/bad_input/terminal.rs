//! The question, on a real terminal.

use super::harness::{AGENT, SENTINEL, Tree};
use crate::support::env::TestEnv;
use crate::support::existing_server::{ExistingServer, Options, owner_token};
use crate::support::terminal::{Terminal, wait_until_reading};

const QUESTION: &str = "[y/N]";

struct Setup {
    server: ExistingServer,
    env: TestEnv,
}

impl Setup {
    fn new() -> Self {
        let server = ExistingServer::start(Options::g1_without_manager());
        let mut env = TestEnv::new();
        env.env("LOBU_API_TOKEN", owner_token("dev")).env("LOBU_ORG", "dev").env("DEPLOY_TOKEN", SENTINEL);
        let platform = "[[agents.pilot.platforms]]\ntype = \"telegram\"\nconfig = { botToken = \"$DEPLOY_TOKEN\" }\n";
        env.write("lobu.toml", format!("{AGENT}{platform}")).write("agents/pilot/SOUL.md", "Steer.\n");
        Self { server, env }
    }

    fn ask(&self, typed_ahead: &str) -> Terminal {
        let terminal = Terminal::start(&self.env, &["apply", "--url", &self.server.url()], typed_ahead);
        terminal.wait_for(QUESTION);
        terminal
    }

    /// Answers the question and gives the code and the screen.
    #[track_caller]
    fn answer(&self, keys: &str) -> (Option<i32>, String) {
        let before = Tree::of(self.env.path());
        let mut terminal = self.ask("");
        wait_until_reading();
        terminal.press(keys);
        let (code, screen) = terminal.end();
        assert!(!screen.contains(SENTINEL) && !screen.contains("owl_pat_"), "{screen}");
        assert_eq!(Tree::of(self.env.path()), before, "{screen}");
        (code, screen)
    }
}

#[test]
fn no_means_no() {
    for keys in ["n\r", "\r", "q\r", "no\r"] {
        let setup = Setup::new();
        let (code, screen) = setup.answer(keys);
        assert_eq!(code, Some(7), "{keys:?}\n{screen}");
        assert!(screen.contains("declined; nothing was changed"), "{screen}");
        assert_eq!(setup.server.writes().len(), 0);
    }
}

#[test]
fn yes_applies() {
    let setup = Setup::new();
    let (code, screen) = setup.answer("y\r");
    assert_eq!(code, Some(0), "{screen}");
    assert!(setup.server.state().agent("pilot").is_some());
    let (code, screen) = Terminal::start(&setup.env, &["apply", "--url", &setup.server.url()], "").end();
    assert_eq!(code, Some(0), "{screen}");
    assert!(!screen.contains(QUESTION), "{screen}");
}

#[test]
fn control_c_at_the_question_interrupts() {
    for keys in ["\u{3}", "y\u{3}"] {
        let setup = Setup::new();
        let (code, screen) = setup.answer(keys);
        assert_eq!(code, Some(130), "{keys:?}\n{screen}");
        assert!(screen.contains("interrupted; nothing was changed"), "{screen}");
        assert_eq!(setup.server.writes().len(), 0);
    }
}

#[test]
fn what_was_typed_before_the_question_is_no_answer() {
    let setup = Setup::new();
    let mut terminal = setup.ask("y\ry\r");
    wait_until_reading();
    assert!(terminal.is_running(), "{}", terminal.screen());
    terminal.press("n\r");
    let (code, screen) = terminal.end();
    assert_eq!(code, Some(7), "{screen}");
    assert_eq!(setup.server.writes().len(), 0);
}

#[test]
fn an_org_that_moved_while_the_question_stood_is_left_alone() {
    let setup = Setup::new();
    let mut terminal = setup.ask("");
    setup.server.state().add_agent("dev", "pilot", "Somebody else's", None);
    wait_until_reading();
    terminal.press("y\r");
    let (code, screen) = terminal.end();
    assert_eq!(code, Some(6), "{screen}");
    assert!(screen.contains("the org has moved since the plan: "), "{screen}");
    assert_eq!(setup.server.writes().len(), 0);
}

#[test]
fn a_question_needs_somebody_who_may_be_asked() {
    let setup = Setup::new();
    for more in [vec!["--no-input"], vec!["--json"]] {
        let url = setup.server.url();
        let arguments = [vec!["apply", "--url", &url], more.clone()].concat();
        let (code, screen) = Terminal::start(&setup.env, &arguments, "y\r").end();
        assert_eq!(code, Some(2), "{more:?}\n{screen}");
        assert!(!screen.contains(QUESTION), "{screen}");
    }
    assert_eq!(setup.server.writes().len(), 0);
}

#[test]
fn a_terminal_shows_the_text_of_files_escaped() {
    let setup = Setup::new();
    setup.env.write("agents/pilot/SOUL.md", "a\u{1b}]52;c;aGk=\u{7}b\u{202e}c\n");
    setup.env.write("lobu.toml", AGENT.replace("\"Pilot\"", "\"P\\u001b[2J\\u202eilot\""));
    let (code, screen) = setup.answer("n\r");
    assert_eq!(code, Some(7), "{screen}");
    assert!(
        !screen.contains("\u{1b}]52") && !screen.contains("\u{1b}[2J") && !screen.contains('\u{202e}'),
        "{screen:?}"
    );
}
