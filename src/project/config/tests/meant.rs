use super::*;

/// A platform and an MCP server with these lines.
fn found(platform: &str, server: &str) -> Vec<(String, String)> {
    let text = format!(
        "[agents.abc]\nname = 'A'\ndir = 'a'\n[[agents.abc.platforms]]\ntype = 'slack'\nconfig = {{ {platform} }}\n\
         [agents.abc.skills.mcp.m]\n{server}\n"
    );
    let (config, problems) = read(&ALL, &text, "lobu.toml", ReadOptions::default());
    assert!(config.is_some());
    assert!(problems.iter().all(|problem| problem.severity == Severity::Warning), "{problems:?}");
    problems.iter().map(|problem| (problem.code.to_owned(), problem.message.clone())).collect()
}

fn codes_of(platform: &str, server: &str) -> Vec<String> {
    found(platform, server).into_iter().map(|(code, _)| code).collect()
}

#[test]
fn what_looks_like_a_reference_and_is_none_is_told() {
    for (platform, server, place, part) in [
        ("a = '${SLACK_TOKEN}'", "", "agents.abc.platforms[0].config.a", "${SLACK_TOKEN}"),
        ("botToken = '$bot_token'", "", "config.botToken", "$bot_token"),
        ("", "headers.Authorization = 'Bearer $TOKEN'", "headers.Authorization", "$TOKEN"),
        ("", "url = '$TRACKER_URL'", "mcp.m.url", "$TRACKER_URL"),
        ("", "url = 'https://${HOST}/mcp'", "mcp.m.url", "${HOST}"),
        ("", "command = '$SERVER'", "mcp.m.command", "$SERVER"),
        ("", "args = ['x', '--token=$TOKEN']", "mcp.m.args[1]", "$TOKEN"),
        ("", "args = ['--token', '$TOKEN']", "mcp.m.args[1]", "$TOKEN"),
        ("", "oauth = { auth_url = 'a', token_url = '$URL' }", "oauth.token_url", "$URL"),
    ] {
        let found = found(platform, server);
        assert_eq!(found.len(), 1, "{platform}{server}: {found:?}");
        let (code, message) = &found[0];
        assert_eq!(code, "near-reference", "{message}");
        assert!(message.contains(place) && message.contains(&format!("`{part}`")), "{message}");
    }
}

#[test]
fn a_secret_in_clear_is_told_and_never_quoted() {
    let token = format!("ghp_{}", "a1".repeat(18));
    for (platform, server) in [
        ("botToken = 'Zq8Secret'", String::new()),
        ("credentials = 'Zq8Secret'", String::new()),
        ("a = 'TOKEN'", String::new()),
        ("", "headers.Authorization = 'Bearer Zq8Secret'".to_owned()),
        ("", "env.DB_PASS = 'Zq8Secret'".to_owned()),
        ("", "oauth = { auth_url = 'a', token_url = 'b', client_secret = 'Zq8Secret' }".to_owned()),
        ("", "args = ['--api-key', 'Zq8Secret']".to_owned()),
        ("", "command = 'npx x --api-key=Zq8Secret'".to_owned()),
        ("", "url = 'https://host/mcp?api_key=Zq8Secret'".to_owned()),
        ("", "url = 'https://user:Zq8Secret@host/mcp'".to_owned()),
        ("", "type = 'stdio'\n[agents.abc.preview.slack]\nsurfaces = ['TOKEN']".to_owned()),
    ] {
        let (platform, server) = (platform.replace("TOKEN", &token), server.replace("TOKEN", &token));
        let found = found(&platform, &server);
        assert_eq!(found.len(), 1, "{platform}{server}: {found:?}");
        assert_eq!(found[0].0, "literal-secret");
        assert!(!found[0].1.contains("Zq8") && !found[0].1.contains("ghp_"), "{found:?}");
    }
}

#[test]
fn what_is_meant_as_it_is_written_is_no_warning() {
    for (platform, server) in [
        ("botToken = '$BOT_TOKEN'", ""),
        ("botToken = '$$BOT_TOKEN'", ""),
        ("botToken = ''", ""),
        ("botToken = '${env:BOT_TOKEN}'", ""),
        ("publicKey = 'abc', keyboard = 'us', author = 'me', language = 'de'", ""),
        ("", "headers = { Authorization = '$TOKEN', Accept = 'application/json' }"),
        ("", "args = ['-y', 'server', '--port', '80', '--token', '${env:TOKEN}']"),
        ("", "url = 'https://host/mcp?version=2'"),
        ("", "oauth = { auth_url = 'a', token_url = 'b', client_id = 'abc' }"),
    ] {
        assert_eq!(codes_of(platform, server), [] as [String; 0], "{platform}{server}");
    }
}

#[test]
fn a_key_that_looks_like_a_secret_is_told_and_hidden() {
    let token = format!("ghp_{}", "a1".repeat(18));
    let found = found("", &format!("headers.{token} = '$bot_token'"));
    assert_eq!(found.iter().map(|(code, _)| code.as_str()).collect::<Vec<_>>(), ["literal-secret", "near-reference"]);
    assert!(found.iter().all(|(_, message)| !message.contains("ghp_")), "{found:?}");
    assert!(found[1].1.contains("headers.(hidden)"), "{found:?}");
}

#[test]
fn what_servers_refuse_is_an_error() {
    let errors = |text: &str| {
        let (_, problems) = read(&ALL, text, "lobu.toml", ReadOptions::default());
        let errors = problems.into_iter().filter(|problem| problem.severity == Severity::Error);
        errors.map(|problem| (problem.code, problem.message)).collect::<Vec<_>>()
    };
    for (line, code) in [
        ("description = 'secret://dev/user/A'", "reference-not-read"),
        ("guardrails = ['a', 'secret://dev/user/A']", "reference-not-read"),
        ("network.allowed = ['secret://dev/user/A']", "reference-not-read"),
        ("network.judges = { a = 'secret://dev/user/A' }", ""),
        ("egress.extra_policy = 'secret://dev/user/A'", ""),
        ("description = '***Important***'", ""),
        ("description = \"a\\u0000\"", "nul-character"),
        ("platforms = [{ type = 'slack', config = { a = 'secret://dev/user/A' } }]", ""),
        ("platforms = [{ type = 'slack', config = { a = 'see secret://dev/user/A' } }]", "partial-reference"),
        ("platforms = [{ type = 'slack', config = { a = \"\\u0000\" } }]", "nul-character"),
        ("skills.mcp.m.url = 'secret://dev/user/A'", "reference-not-read"),
        ("skills.mcp.m.args = ['secret://dev/user/A']", "reference-not-read"),
        ("skills.mcp.m.args = ['a', '***oken']", "masked-value"),
        ("skills.mcp.m.command = 'lobu_secret_1'", "masked-value"),
        ("skills.mcp.m.url = '***'", "masked-value"),
        ("skills.mcp.m.oauth = { auth_url = '***', token_url = 'b' }", "masked-value"),
        ("skills.mcp.m.headers.A = 'secret://dev/user/A'", ""),
    ] {
        let found = errors(&format!("[agents.abc]\nname = 'A'\ndir = 'a'\n{line}\n"));
        let codes: Vec<_> = found.iter().map(|(code, _)| *code).collect();
        let expected: Vec<&str> = Some(code).filter(|code| !code.is_empty()).into_iter().collect();
        assert_eq!(codes, expected, "{line}: {found:?}");
        assert!(
            found.iter().all(|(_, message)| !message.contains("dev/user") && !message.contains("***")),
            "{found:?}"
        );
    }
    let long = format!("platforms = [{{ type = 'slack', id = '{}', config = {{}} }}]", "a".repeat(257));
    assert_eq!(errors(&format!("[agents.abc]\nname = 'A'\ndir = 'a'\n{long}\n"))[0].0, "bad-platform-id");
}
