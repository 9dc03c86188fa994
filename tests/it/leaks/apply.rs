//! Apply and plan on an existing server, to which values are sent and which may give them back.

use serde_json::json;

use crate::support::existing_server::{ExistingServer, Fault, Options, RecordedRequest};

use super::evidence::Kept;
use super::sentinels::{FOREIGN, TOKEN, VALUE};
use super::stage::{Ended, Noise, Stage, dotenv};

/// A project, a server, and how much is told.
struct Site {
    stage: Stage,
    server: ExistingServer,
    shape: &'static str,
}

impl Site {
    fn new(shape: &'static str, options: Options, noise: Noise) -> Self {
        let server = ExistingServer::start(options);
        let scopes = ["mcp:read", "mcp:write", "mcp:admin"];
        server.state().add_token(TOKEN, "user-dev", "dev", "owner", &scopes);
        let mut stage = Stage::new(noise);
        // A value of the org stands in the project's file too once it was rotated.
        stage.secrets[1].kept = vec![Kept::Whole(stage.env.project().join(".env"))];
        Self { stage, server, shape }
    }

    #[track_caller]
    fn run(&self, arguments: &[&str], code: i32) -> Ended {
        self.server.forget_requests();
        let url = self.server.url();
        let ended = self.stage.run(self.shape, &[arguments, &["--url", &url, "--org", "dev"]].concat(), None);
        assert_eq!(ended.code, Some(code), "{}: {arguments:?}: {}", self.shape, ended.text);
        ended
    }

    /// Whether one of the writes since the last run holds a text.
    fn wrote(&self, text: &str) -> bool {
        let text = json!(text).to_string();
        self.server.writes().iter().any(|request| request.text().contains(&text))
    }

    fn rotate_to(&self, value: &str) {
        self.stage.env.write(".env", dotenv("FOO", value) + &dotenv("EXISTING", value));
    }
}

fn sites() -> Vec<Site> {
    vec![
        Site::new("G1", Options::g1_with_manager(), Noise::Quiet),
        Site::new("G1", Options::g1_with_manager(), Noise::Loud),
        Site::new("G1 without manager", Options::g1_without_manager(), Noise::Loud),
        Site::new("G2", Options::g2(), Noise::Loud),
        Site::new("G2 with references", Options::g2().reading_references(), Noise::Loud),
    ]
}

fn is_write(request: &RecordedRequest) -> bool {
    !request.is_read()
}

#[test]
fn values_that_are_created_kept_and_rotated_show_nowhere() {
    for site in sites() {
        site.run(&["plan", "--json"], 0);
        site.run(&["plan", "--full", "--all", "--require-secrets"], 0);
        assert_eq!(site.server.writes().len(), 0);
        let push = site.run(&["secrets", "push", "--yes"], 3);
        assert!(push.text.contains("has no secrets API"), "{}", push.text);
        assert_eq!(site.server.writes().len(), 0, "only reads");
        // Without the API platform values are sent as values.
        site.run(&["apply", "--yes"], 0);
        assert!(site.wrote(VALUE), "{}: the value was sent", site.shape);
        site.run(&["apply", "--yes"], 0);
        assert_eq!(site.server.writes().len(), 0, "{}: nothing is left to do", site.shape);
        site.rotate_to(FOREIGN);
        site.run(&["plan", "--json", "--full", "--show-unchanged", "--resend-secrets", "all"], 0);
        site.run(&["apply", "--yes", "--json", "--resend-secrets", "all"], 0);
        assert!(site.wrote(FOREIGN), "{}: the new value was sent", site.shape);
    }
}

#[test]
fn a_refusal_that_gives_the_value_back_is_not_quoted() {
    for site in sites() {
        for status in [400, 422, 500] {
            let body = json!({"error": VALUE, "message": format!("bad {VALUE}"), "details": [VALUE, TOKEN]});
            site.server.fail_every(|request| is_write(request) && request.method == "PUT", Fault::json(status, &body));
            let ended = site.run(&["apply", "--yes"], 5);
            assert!(ended.text.contains(&status.to_string()), "{}", ended.text);
            assert!(site.wrote(VALUE), "{}: the value was sent", site.shape);
            site.server.heal();
            site.server.state().agents.clear();
            site.server.state().platforms.clear();
        }
    }
}

#[test]
fn what_a_server_gives_in_plain_text_is_carried_over_unseen() {
    for site in sites() {
        site.run(&["apply", "--yes"], 0);
        {
            let mut state = site.server.state();
            let platforms: Vec<String> = state.platforms.iter().map(|platform| platform.id.clone()).collect();
            for platform in &mut state.platforms {
                for field in ["botToken", "webhookSecret", "apiKey"] {
                    platform.live.insert(field.to_owned(), json!(FOREIGN));
                }
            }
            for agent in &mut state.agents {
                let servers = agent.settings.get_mut("mcpServers").and_then(|servers| servers.as_object_mut());
                let servers = servers.expect("servers were sent");
                let headers = json!({"Authorization": FOREIGN, "X-Key": format!("Bearer {FOREIGN}")});
                servers.insert("tickets".to_owned(), json!({"url": "https://tickets.example/mcp", "headers": headers}));
                let oauth = json!({"clientId": FOREIGN, "clientSecret": FOREIGN});
                let wiki = json!({"url": "https://wiki.example/mcp", "headers": headers, "oauth": oauth});
                servers.insert("wiki".to_owned(), wiki);
                let env = json!({"API_KEY": FOREIGN});
                servers.insert("shell".to_owned(), json!({"command": "x", "env": env}));
            }
            for id in platforms {
                state.copy_to_snapshot(&id);
            }
        }
        for more in
            [&["--json"][..], &[], &["--full", "--all", "--show-unchanged"], &["--json", "--prune"], &["--prune"]]
        {
            site.run(&[&["plan"], more].concat(), 0);
        }
        for more in [&[][..], &["--json"], &["--full", "--org-values"], &["--json", "--org-values"]] {
            site.run(&[&["show", "--remote"], more].concat(), 0);
        }
        let ended = site.run(&["apply", "--yes", "--resend-secrets", "all"], 0);
        assert!(site.wrote(FOREIGN), "{}: the entries were carried over: {}", site.shape, ended.text);
        // A refusal of such a write, in words that hold what was carried over.
        let url = "url = \"https://tickets.example/mcp\"\n";
        let toml = site.stage.env.read("lobu.toml").replace(url, &format!("{url}auth_scope = \"channel\"\n"));
        site.stage.env.write("lobu.toml", toml);
        let words = json!({"error": format!("bad header {FOREIGN}"), "code": FOREIGN});
        site.server.fail_every(is_write, Fault::json(400, &words));
        let refused = site.run(&["apply", "--yes"], 3);
        assert!(refused.text.contains("400") && site.wrote(FOREIGN), "{}: {}", site.shape, refused.text);
    }
}

#[test]
fn a_broken_file_of_values_is_told_by_its_line() {
    for noise in [Noise::Quiet, Noise::Loud] {
        let files = [(".env", ".env:2", &[][..]), ("prod.env", "prod.env:2", &["--env-file", "prod.env"])];
        for (file, place, more) in files {
            let mut site = Site::new("G1", Options::g1_with_manager(), noise);
            site.stage.source(file, format!("OTHER=1\nFOO='{VALUE}\n"));
            for verb in [&["plan", "--json", "--require-secrets"][..], &["apply", "--yes"]] {
                let ended = site.run(&[verb, more].concat(), 2);
                assert!(ended.text.contains(place), "{}", ended.text);
                assert_eq!(site.server.writes().len(), 0, "{}", ended.text);
            }
        }
    }
}
