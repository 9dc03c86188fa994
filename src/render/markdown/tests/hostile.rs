//! Texts that try to be more than text, in every place that has one.

use proptest::prelude::*;

use crate::render::text_safety::sanitise;
use crate::schema::Overlaid;

use super::structure::{Structure, read};
use super::*;

/// What somebody would write to get a link, a mention, a picture, a command or a block of their own.
const ATTACKS: [&str; 45] = [
    "@octocat",
    "a @org/team b",
    "#1",
    "GH-1",
    "octo/cat#2",
    "octo/cat@0123456789abcdef",
    "0123456789abcdef0123456789abcdef01234567",
    "deadbee",
    "https://evil.example/x",
    "www.evil.example",
    "me@evil.example",
    "<https://evil.example>",
    "[x](https://evil.example)",
    "[x][1]\n\n[1]: https://evil.example",
    "![x](https://evil.example/x.png)",
    "<img src=x onerror=alert(1)>",
    "</details>",
    "</code></summary></details><h1>Approved</h1>",
    "<!-- comment",
    "```\n</details>\n### Approved",
    "````diff\n+ ```",
    "~~~\n# Approved",
    "`code` ``more`` ```and```",
    "a|b\\|c\\\\|d",
    "|\n| --- |\n| x |",
    "\\`x`|",
    "\\",
    "# Heading",
    "1. one",
    "- [ ] task",
    "> [!CAUTION]\n> quote",
    "***",
    "---\ntitle: x\n---",
    "*a* _b_ **c** ~~d~~ ^e^ ==f==",
    "$x$ $$y$$ $`z`$",
    ":tada: :+1:",
    "[^1]\n\n[^1]: note",
    "&lt;b&gt; &#64;octocat &commat;octocat",
    "::error::x",
    "##[error]x ##vso[y]",
    "\u{1b}[31mred\u{1b}]8;;https://evil.example\u{7}x",
    "user\u{202e}txt.exe\u{200b}",
    "x\"] --> y[\"z\nclick x href \"https://evil.example\"\n%%{init: {}}%%",
    " leading and trailing ",
    "\u{2028}\u{85}\r\nline",
];

/// A plan with a text in every place that holds one.
fn plan_of(text: &str) -> Plan {
    let (one, other) = (format!("a{text}"), format!("b{text}"));
    let key = |kind: Kind| ResourceKey::new(kind, text);
    let problem = Problem { key: key(AGENT), message: text.to_owned(), hint: Some(text.to_owned()) };
    let mut settings = row(
        SETTINGS,
        text,
        Action::Update,
        vec![
            change(&["soulMd"], &one, &other),
            change(&["egressConfig", "judgeModel"], &one, &other),
            change(&["mcpServers", text, "url"], &one, &other),
            change(&["networkConfig", "judges", text], &one, &other),
            field(&["unheardOf", text], FieldAction::Drift { prunable: false }, Some(Value::known(text)), None),
            FieldChange {
                sources: BTreeMap::from([(one.clone(), text.to_owned())]),
                guarded: true,
                ..field(
                    &["networkConfig", "allowedDomains"],
                    FieldAction::Change,
                    Some(Value::known_list([other.clone()])),
                    Some(Value::known_list([one.clone()])),
                )
            },
        ],
    );
    settings.attention.push(text.to_owned());
    let at = Position { file: text.to_owned(), line: 9, column: 1 };
    let overlaid = ["egress.judge_model", "SOUL.md"].map(|field| (field.to_owned(), at.clone()));
    settings.overlaid = Overlaid::of(text, overlaid);
    settings.declared_at = Some(Position { file: text.to_owned(), line: 3, column: 1 });
    let platform_id = format!("{text}/{text}");
    let mut platform = row(
        PLATFORM,
        &platform_id,
        Action::Create,
        vec![
            field(&["type"], FieldAction::Add, None, Some(Value::known(one.clone()))),
            field(&["config", "chatId"], FieldAction::Add, None, Some(Value::known(other.clone()))),
        ],
    );
    platform.will_restart = true;
    let mut only_in_org = row(PLATFORM, &format!("x/{text}"), Action::Drift, Vec::new());
    only_in_org.only_in_org.push(field(
        &["config", text],
        FieldAction::Drift { prunable: false },
        Some(Value::known(one.clone())),
        None,
    ));
    let schema = |text: &str| {
        let property = Value::Map(BTreeMap::from([("type".to_owned(), Value::known(text))]));
        Value::Map(BTreeMap::from([(
            "properties".to_owned(),
            Value::Map(BTreeMap::from([(format!("p{text}"), property)])),
        )]))
    };
    let of_type = row(
        ENTITY_TYPE,
        text,
        Action::Update,
        vec![field(&["metadata_schema"], FieldAction::Change, Some(schema(&one)), Some(schema(&other)))],
    );
    let named = secret("A_TOKEN");
    Plan {
        secrets: SecretsMode::Values,
        rows: vec![settings, platform, only_in_org, of_type, row(WATCHER, text, Action::Create, Vec::new())],
        undeclared: BTreeMap::from([(AGENT, vec![text.to_owned(), other.clone()])]),
        left_out: BTreeMap::from([(AGENT, 3)]),
        secrets_used: vec![SecretUse {
            name: named.clone(),
            user: text.to_owned(),
            destination: Some(text.to_owned()),
        }],
        needs: vec![Need { name: named.clone(), places: vec![text.to_owned()] }],
        missing_secrets: vec![MissingSecret { name: named.clone(), users: vec![text.to_owned(), other] }],
        problems: vec![problem.clone()],
        warnings: vec![problem],
        notes: vec![text.to_owned()],
        provider_keys: vec![ProviderKey { provider: text.to_owned(), name: Some(named), agents: vec![one] }],
        takes_provider_keys: true,
        ..empty()
    }
}

fn page_of(text: &str) -> String {
    let diagnostics = [Diagnostic::new(Severity::Warning, Family::Project, "code", text)
        .at(Position { file: text.to_owned(), line: 1, column: 1 })
        .hint(text)];
    let selectors = [text.to_owned()];
    let view = view(COMMENT);
    let plan = PlanView { context: text, server: text, org: text, selectors: &selectors, ..view.plan };
    super::plan(&plan_of(text), &MarkdownView { plan, diagnostics: &diagnostics, ..view }).to_string()
}

/// A text of the same lines, in which nothing but letters is left.
fn harmless(text: &str) -> String {
    text.chars().map(|c| if matches!(c, '\n' | ' ') { c } else { 'x' }).collect()
}

fn assert_stays_text(text: &str) -> Structure {
    let page = page_of(text);
    let structure = read(&page);
    assert_eq!(structure.blocks, read(&page_of(&harmless(text))).blocks, "{page}");
    assert_eq!(
        structure.headings,
        [
            "Plan: 2 to create, 2 to update",
            "This server cannot take this plan",
            "Needs attention",
            "Missing secrets",
            "Warnings and notes",
            "Changes",
            "Only in the org",
            "Secrets used",
            "Values that apply will need",
        ]
    );
    structure
}

#[test]
fn no_text_becomes_markup() {
    for attack in ATTACKS {
        let structure = assert_stays_text(attack);
        // Nothing is lost: ids are whole, and so are values.
        let name = sanitise(&format!("settings {attack}"));
        assert!(structure.code.iter().any(|code| code.contains(name.as_str().trim())), "{attack:?}: {structure:#?}");
    }
}

fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(ATTACKS.to_vec()).prop_map(str::to_owned),
        2 => "[ -~]{0,6}",
        2 => "[`|\\\\<>\\[\\](){}#@$:*_~&;!.-]{1,5}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 1..5).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn no_mixture_of_texts_becomes_markup(text in nasty()) {
        assert_stays_text(&text);
    }
}
