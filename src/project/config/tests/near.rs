use super::*;

fn found(platform_type: &str, config: &str, provider: &str) -> Vec<String> {
    let text = format!(
        "[agents.abc]\nname = 'A'\ndir = 'a'\n[[agents.abc.providers]]\nid = '{provider}'\n\
         [[agents.abc.platforms]]\ntype = '{platform_type}'\nconfig = {{ {config} }}\n"
    );
    let problems = problems(&text);
    assert!(problems.iter().all(|problem| problem.severity == Severity::Warning), "{problems:?}");
    problems
        .iter()
        .filter(|problem| problem.code != "literal-secret")
        .map(|problem| format!("{}: {}", problem.code, problem.hint.as_deref().unwrap_or_default()))
        .collect()
}

#[test]
fn a_config_key_that_is_almost_a_usual_one_is_a_warning() {
    for (platform_type, config, meant) in [
        ("telegram", "bottoken = '$T'", "botToken"),
        ("telegram", "bot_token = '$T'", "botToken"),
        ("telegram", "botTokn = '$T'", "botToken"),
        ("slack", "botToken = '$T', signingSecrt = '$S'", "signingSecret"),
        ("discord", "applicationID = '1'", "applicationId"),
        ("gchat", "credential = '$C'", "credentials"),
    ] {
        let expected = [format!("unusual-config-key: did you mean `{meant}`?")];
        assert_eq!(found(platform_type, config, "anthropic"), expected, "{config}");
    }
}

#[test]
fn other_keys_and_providers_are_nobodys_slips() {
    for config in [
        "botToken = '$T', chatId = '1', language = 'en'",
        "botToken = '$T', webhook = '1', mode = 'x', room = '2'",
        "botToken = '$T', bot_token = '$T'",
    ] {
        assert_eq!(found("telegram", config, "anthropic"), [""; 0], "{config}");
    }
    for provider in ["openai", "xai", "groq", "zai", "local", "azure", "bedrock", "moonshot", "x", "my-own-model"] {
        assert_eq!(found("telegram", "botToken = '$T'", provider), [""; 0], "{provider}");
    }
}

#[test]
fn a_provider_that_is_almost_a_known_one_is_a_warning() {
    for (provider, meant) in
        [("antropic", "anthropic"), ("open-ai", "openai"), ("OpenAI", "openai"), ("gemni", "gemini")]
    {
        let expected = [format!("unusual-provider: did you mean `{meant}`?")];
        assert_eq!(found("telegram", "botToken = '$T'", provider), expected, "{provider}");
    }
}
