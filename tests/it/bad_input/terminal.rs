//! The question, on a real terminal.

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use super::harness::{AGENT, SENTINEL, Tree};
use crate::support::env::TestEnv;
use crate::support::existing_server::{ExistingServer, Options, owner_token};

/// How long anything may take to appear.
const DEADLINE: Duration = Duration::from_secs(30);

/// `lobu` on a terminal of its own, 80 columns wide.
struct Terminal {
    master: std::fs::File,
    screen: Arc<Mutex<Vec<u8>>>,
    child: Child,
    reader: Option<thread::JoinHandle<()>>,
}

impl Terminal {
    /// Opens a terminal, types ahead, and starts the program in it.
    fn start(env: &TestEnv, arguments: &[&str], typed_ahead: &str) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&master).expect("a terminal");
        unlockpt(&master).expect("a terminal");
        let size = Winsize { ws_row: 50, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
        let name = ptsname(&master, Vec::new()).expect("its name");
        let path = std::path::Path::new(std::ffi::OsStr::from_bytes(name.as_bytes()));
        let no_tty = i32::try_from(rustix::fs::OFlags::NOCTTY.bits()).expect("a flag");
        let slave = OpenOptions::new().read(true).write(true).custom_flags(no_tty).open(path).expect("its other end");
        tcsetwinsize(&slave, size).expect("a terminal has a size");
        let mut master = std::fs::File::from(master);
        master.write_all(typed_ahead.as_bytes()).expect("a terminal takes keys");
        let end = || Stdio::from(slave.try_clone().expect("another handle"));
        let mut command = env.command();
        command.args(arguments).env("TERM", "xterm").stdin(end()).stdout(end()).stderr(end());
        let child = command.spawn().expect("the binary starts");
        drop(command);
        drop(slave);
        let screen = Arc::new(Mutex::new(Vec::new()));
        let (shared, mut source) = (Arc::clone(&screen), master.try_clone().expect("another handle"));
        let reader = thread::spawn(move || {
            let mut buffer = [0; 4096];
            // The last handle of the other end being closed is an error here.
            while let Ok(count @ 1..) = source.read(&mut buffer) {
                shared.lock().expect("no thread panics").extend(buffer.get(..count).unwrap_or_default());
            }
        });
        Self { master, screen, child, reader: Some(reader) }
    }

    fn screen(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().expect("no thread panics")).into_owned()
    }

    /// Waits for a text.
    #[track_caller]
    fn wait_for(&self, text: &str) {
        let started = Instant::now();
        while !self.screen().contains(text) {
            assert!(started.elapsed() < DEADLINE, "{text} never came:\n{}", self.screen());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Types.
    fn press(&mut self, keys: &str) {
        self.master.write_all(keys.as_bytes()).expect("a terminal takes keys");
    }

    /// Waits for the end and gives the exit code and all that was seen.
    fn end(mut self) -> (Option<i32>, String) {
        let started = Instant::now();
        let code = loop {
            match self.child.try_wait().expect("a child can be waited for") {
                Some(status) => break status.code(),
                None if started.elapsed() > DEADLINE => panic!("lobu still runs:\n{}", self.screen()),
                None => thread::sleep(Duration::from_millis(5)),
            }
        };
        if let Some(reader) = self.reader.take() {
            drop(reader.join());
        }
        (code, self.screen())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Both fail if it has ended, which is what is wanted.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

const QUESTION: &str = "[N/y/q/?]";

struct Scene {
    server: ExistingServer,
    env: TestEnv,
}

impl Scene {
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
    fn answer(&self, keys: &str) -> (Option<i32>, String) {
        let before = Tree::of(self.env.path());
        let mut terminal = self.ask("");
        settle();
        terminal.press(keys);
        let (code, screen) = terminal.end();
        assert!(!screen.contains(SENTINEL) && !screen.contains("owl_pat_"), "{screen}");
        assert_eq!(Tree::of(self.env.path()), before, "{screen}");
        (code, screen)
    }
}

/// Lets the program come from showing the question to reading the answer: what was typed before is thrown away.
fn settle() {
    thread::sleep(Duration::from_millis(150));
}

#[test]
fn no_means_no() {
    for keys in ["n\r", "\r", "q\r", "no\r"] {
        let scene = Scene::new();
        let (code, screen) = scene.answer(keys);
        assert_eq!(code, Some(7), "{keys:?}\n{screen}");
        assert!(screen.contains("declined; nothing was changed"), "{screen}");
        assert_eq!(scene.server.writes().len(), 0);
    }
}

#[test]
fn yes_applies() {
    let scene = Scene::new();
    let (code, screen) = scene.answer("y\r");
    assert_eq!(code, Some(0), "{screen}");
    assert!(scene.server.state().agent("pilot").is_some());
    let (code, screen) = Terminal::start(&scene.env, &["apply", "--url", &scene.server.url()], "").end();
    assert_eq!(code, Some(0), "{screen}");
    assert!(!screen.contains(QUESTION), "{screen}");
}

#[test]
fn control_c_and_control_d_at_the_question_interrupt() {
    for keys in ["\u{3}", "\u{4}", "y\u{3}"] {
        let scene = Scene::new();
        let (code, screen) = scene.answer(keys);
        assert_eq!(code, Some(130), "{keys:?}\n{screen}");
        assert!(screen.contains("interrupted; nothing was changed"), "{screen}");
        assert_eq!(scene.server.writes().len(), 0);
    }
}

#[test]
fn what_was_typed_before_the_question_is_no_answer() {
    let scene = Scene::new();
    let mut terminal = scene.ask("y\ry\r");
    settle();
    assert!(terminal.child.try_wait().expect("a child can be waited for").is_none(), "{}", terminal.screen());
    terminal.press("n\r");
    let (code, screen) = terminal.end();
    assert_eq!(code, Some(7), "{screen}");
    assert_eq!(scene.server.writes().len(), 0);
}

#[test]
fn an_org_that_moved_while_the_question_stood_is_left_alone() {
    let scene = Scene::new();
    let mut terminal = scene.ask("");
    scene.server.state().add_agent("dev", "pilot", "Somebody else's", None);
    settle();
    terminal.press("y\r");
    let (code, screen) = terminal.end();
    assert_eq!(code, Some(6), "{screen}");
    assert!(screen.contains("the org has moved since the plan: "), "{screen}");
    assert_eq!(scene.server.writes().len(), 0);
}

#[test]
fn a_question_needs_somebody_who_may_be_asked() {
    let scene = Scene::new();
    for more in [vec!["--no-input"], vec!["--json"]] {
        let url = scene.server.url();
        let arguments = [vec!["apply", "--url", &url], more.clone()].concat();
        let (code, screen) = Terminal::start(&scene.env, &arguments, "y\r").end();
        assert_eq!(code, Some(2), "{more:?}\n{screen}");
        assert!(!screen.contains(QUESTION), "{screen}");
    }
    assert_eq!(scene.server.writes().len(), 0);
}

#[test]
fn a_terminal_shows_the_text_of_files_escaped() {
    let scene = Scene::new();
    scene.env.write("agents/pilot/SOUL.md", "a\u{1b}]52;c;aGk=\u{7}b\u{202e}c\n");
    scene.env.write("lobu.toml", AGENT.replace("\"Pilot\"", "\"P\\u001b[2J\\u202eilot\""));
    let (code, screen) = scene.answer("n\r");
    assert_eq!(code, Some(7), "{screen}");
    assert!(
        !screen.contains("\u{1b}]52") && !screen.contains("\u{1b}[2J") && !screen.contains('\u{202e}'),
        "{screen:?}"
    );
}
