//! A terminal of its own for the real binary.

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

use super::env::TestEnv;

/// How long anything may take to appear.
const DEADLINE: Duration = Duration::from_secs(30);

/// `lobu` on a terminal of its own, 80 columns wide unless a test says otherwise.
pub(crate) struct Terminal {
    master: std::fs::File,
    screen: Arc<Mutex<Vec<u8>>>,
    child: Child,
    reader: Option<thread::JoinHandle<()>>,
}

impl Terminal {
    /// Opens a terminal, types ahead, and starts the program in it.
    pub(crate) fn start(env: &TestEnv, arguments: &[&str], typed_ahead: &str) -> Self {
        Self::start_wide(env, arguments, typed_ahead, 80)
    }

    /// The same, so many columns wide.
    pub(crate) fn start_wide(env: &TestEnv, arguments: &[&str], typed_ahead: &str, columns: u16) -> Self {
        let mut command = env.command();
        command.args(arguments);
        Self::start_command(command, typed_ahead, columns)
    }

    /// The same with another program, such as a shell.
    pub(crate) fn start_command(mut command: Command, typed_ahead: &str, columns: u16) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&master).expect("a terminal");
        unlockpt(&master).expect("a terminal");
        let size = Winsize { ws_row: 50, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        let name = ptsname(&master, Vec::new()).expect("its name");
        let path = std::path::Path::new(std::ffi::OsStr::from_bytes(name.as_bytes()));
        let no_tty = i32::try_from(rustix::fs::OFlags::NOCTTY.bits()).expect("a flag");
        let slave = OpenOptions::new().read(true).write(true).custom_flags(no_tty).open(path).expect("its other end");
        tcsetwinsize(&slave, size).expect("a terminal has a size");
        let mut master = std::fs::File::from(master);
        master.write_all(typed_ahead.as_bytes()).expect("a terminal takes keys");
        let end = || Stdio::from(slave.try_clone().expect("another handle"));
        command.env("TERM", "xterm").stdin(end()).stdout(end()).stderr(end());
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

    /// What was shown so far.
    pub(crate) fn screen(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().expect("no thread panics")).into_owned()
    }

    /// Waits for a text.
    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str) {
        let started = Instant::now();
        while !self.screen().contains(text) {
            assert!(started.elapsed() < DEADLINE, "{text} never came:\n{}", self.screen());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits for what stands in the first of each pair, behind what was there at the last key, and presses the second.
    #[track_caller]
    pub(crate) fn drive(&mut self, steps: &[(&str, &str)]) {
        let mut seen = 0;
        for (text, keys) in steps {
            let started = Instant::now();
            loop {
                let screen = self.screen();
                if screen.get(seen..).is_some_and(|rest| flat(rest).contains(text)) {
                    break;
                }
                assert!(started.elapsed() < DEADLINE, "{text} never came:\n{screen}");
                thread::sleep(Duration::from_millis(5));
            }
            wait_until_reading();
            seen = self.screen().len();
            self.press(keys);
        }
    }

    /// Types.
    pub(crate) fn press(&mut self, keys: &str) {
        self.master.write_all(keys.as_bytes()).expect("a terminal takes keys");
    }

    /// The process id, for signals.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether the terminal shows what is typed and takes it by lines, as it does for a shell.
    pub(crate) fn echoes(&self) -> bool {
        // Both ends of a terminal have the same modes.
        let modes = tcgetattr(&self.master).expect("a terminal has modes").local_modes;
        modes.contains(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG)
    }

    /// Whether the program still runs.
    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("a child can be waited for").is_none()
    }

    /// Waits for the end and gives the exit code and all that was seen.
    #[track_caller]
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
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

/// Lets the program come from showing the question to reading the answer: what was typed before is thrown away.
pub(crate) fn wait_until_reading() {
    thread::sleep(Duration::from_millis(150));
}

/// The text on one line with single spaces: it is wrapped to the width of the output.
pub(crate) fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
