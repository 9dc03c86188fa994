//! A small double of GitHub's API: the comments of one pull request, and what opens a pull request.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value as Json, json};

/// The token of the only user.
pub(super) const TOKEN: &str = "ghs_16C7e42F292c6912E7710c838347Ae178B4a";

/// What the repository has.
#[derive(Default)]
pub(super) struct Repository {
    pub(super) comments: Vec<Json>,
    pub(super) refs: Vec<Json>,
    pub(super) pulls: Vec<Json>,
    pub(super) trees: Vec<Json>,
    pub(super) commits: Vec<Json>,
    /// The requests that came, by method and path.
    pub(super) requests: Vec<String>,
}

/// A server on loopback; its thread ends with the process.
#[derive(Clone)]
pub(super) struct GitHub {
    pub(super) url: String,
    repository: Arc<Mutex<Repository>>,
}

impl GitHub {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let github = Self { url, repository: Arc::default() };
        let serving = github.clone();
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                serving.serve(connection);
            }
        });
        github
    }

    pub(super) fn repository(&self) -> MutexGuard<'_, Repository> {
        self.repository.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a comment of a user, as it came over the web.
    pub(super) fn comment(&self, author: &str, body: &str) {
        let mut repository = self.repository();
        let id = repository.comments.len() + 1;
        repository.comments.push(json!({"id": id, "user": {"login": author}, "body": body}));
    }

    /// The authors and bodies of all comments.
    pub(super) fn comments(&self) -> Vec<(String, String)> {
        let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
        let comments = &self.repository().comments;
        comments.iter().map(|comment| (text(&comment["user"]["login"]), text(&comment["body"]))).collect()
    }

    fn serve(&self, connection: TcpStream) {
        let mut reader = BufReader::new(connection);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let header = |name: &str| {
            let lines = head.lines().filter_map(|line| line.split_once(": "));
            lines.filter(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).next()
        };
        let length = header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        let mut line = head.split(' ');
        let (method, path) = (line.next().unwrap_or_default(), line.next().unwrap_or_default());
        let may = header("authorization").is_some_and(|value| value == format!("Bearer {TOKEN}"));
        let answer =
            if may { self.answer(method, path, serde_json::from_slice(&body).unwrap_or(Json::Null)) } else { None };
        let (status, text) = match answer {
            Some(answer) => ("200 OK", answer.to_string()),
            None => ("404 Not Found", "{}".to_owned()),
        };
        let length = text.len();
        let text = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{text}");
        drop(reader.get_mut().write_all(text.as_bytes()));
    }

    fn answer(&self, method: &str, path: &str, body: Json) -> Option<Json> {
        let mut repository = self.repository();
        repository.requests.push(format!("{method} {path}"));
        let path = path.strip_prefix("/repos/acme/agents/")?;
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let parameter = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        let number = |text: &str| text.parse::<usize>().ok();
        let created = |list: &mut Vec<Json>, mut body: Json| {
            body["sha"] = format!("{:040x}", list.len() + 1).into();
            list.push(body.clone());
            Some(body)
        };
        let parts: Vec<&str> = path.split('/').collect();
        match (method, parts.as_slice()) {
            ("GET", ["issues", "7", "comments"]) => {
                let (size, page) = (number(parameter("per_page")?)?, number(parameter("page")?)?);
                let all = repository.comments.iter().skip(size * (page - 1)).take(size);
                Some(all.cloned().collect())
            }
            ("POST", ["issues", "7", "comments"]) => {
                let id = repository.comments.len() + 1;
                repository
                    .comments
                    .push(json!({"id": id, "user": {"login": "github-actions[bot]"}, "body": body["body"]}));
                Some(json!({"id": id}))
            }
            ("PATCH", ["issues", "comments", id]) => {
                let id = number(id)?;
                let comment = repository.comments.iter_mut().find(|comment| comment["id"] == id)?;
                comment["body"] = body["body"].clone();
                Some(comment.clone())
            }
            ("GET", ["git", "commits", sha]) => Some(json!({"sha": sha, "tree": {"sha": format!("tree-of-{sha}")}})),
            ("POST", ["git", "trees"]) => created(&mut repository.trees, body),
            ("POST", ["git", "commits"]) => created(&mut repository.commits, body),
            ("GET", ["git", "matching-refs", ..]) => {
                let start = path.replace("git/matching-refs/", "refs/");
                let refs = repository
                    .refs
                    .iter()
                    .filter(|one| one["ref"].as_str().is_some_and(|name| name.starts_with(&start)));
                Some(refs.cloned().collect())
            }
            ("POST", ["git", "refs"]) => created(&mut repository.refs, body.clone()).map(|_| body),
            ("PATCH", ["git", "refs", ..]) => {
                let name = path.replace("git/refs/", "refs/");
                let found = repository.refs.iter_mut().find(|one| one["ref"] == name.as_str())?;
                found["moved"] = body["sha"].clone();
                Some(found.clone())
            }
            ("GET", ["pulls"]) => {
                let head = parameter("head")?.strip_prefix("acme:")?.to_owned();
                Some(repository.pulls.iter().filter(|pull| pull["head"] == head.as_str()).cloned().collect())
            }
            ("POST", ["pulls"]) => created(&mut repository.pulls, body),
            _ => None,
        }
    }
}
