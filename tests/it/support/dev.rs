//! `lobu dev`, started as people start it.

use std::fs::File;
use std::process::Child;
use std::time::{Duration, Instant};

use super::env::TestEnv;

/// `lobu dev` on a port of its own.
pub(crate) struct Dev {
    child: Child,
    /// Its host and port.
    pub(crate) address: String,
}

impl Dev {
    /// Starts it, and waits until it serves.
    #[track_caller]
    pub(crate) fn start(env: &TestEnv) -> Self {
        let log = env.path().join("dev.log");
        let mut command = env.command();
        command.args(["dev", "--port", "0"]).stdout(File::create(&log).expect("a file"));
        let mut dev = Self { child: command.spawn().expect("the binary starts"), address: String::new() };
        let started = Instant::now();
        while dev.address.is_empty() {
            assert!(started.elapsed() < Duration::from_secs(60), "no server");
            std::thread::sleep(Duration::from_millis(5));
            let text = std::fs::read_to_string(&log).expect("a log");
            let found =
                text.lines().find_map(|line| line.trim().strip_prefix("server")?.trim().strip_prefix("http://"));
            found.unwrap_or_default().clone_into(&mut dev.address);
        }
        dev
    }

    /// The token of the running server.
    pub(crate) fn token(env: &TestEnv) -> String {
        let file = env.local_database().with_file_name("bootstrap-pat.txt");
        std::fs::read_to_string(file).expect("the token of a running server").trim().to_owned()
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        // Both fail if it has ended, which is what is wanted.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
