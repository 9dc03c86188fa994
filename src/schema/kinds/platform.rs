use crate::model::{AgentId, Family, StableId, Value};
use crate::schema::field::{Clearing, Field, Form, Leaf, Shape, Transfer};
use crate::schema::kind::{Finding, KindTable, Look, Owner};
use crate::schema::resource::ResourceKey;
use crate::schema::routes::{Api, Listed, Part, Refusal, Route, Routes, VERSION, Verb};

/// What kind of chat it is.
pub const TYPE: &Field = &FIELDS[0];
/// Its config, which every request carries whole.
pub const CONFIG: &Field = &FIELDS[1];
/// What only the web interface sets.
pub const SETTINGS: &Field = &FIELDS[2];
/// A name, which servers ignore and the existing client sends.
pub const NAME: &Field = &FIELDS[3];

static FIELDS: [Field; 4] = [
    Field::new("type", Shape::Leaf(Leaf::Text), Clearing::Never, "type")
        .required()
        .on_the_wire("platform", &["platform"])
        .transfer(Transfer::Destination)
        .form(Form::Words(&TYPES))
        .says("Chat service")
        .example("\"telegram\""),
    Field::new("config", Shape::Config { ignored: &["platform"] }, Clearing::LeftOut, "config")
        .required()
        .per_target()
        .says("Settings and credentials of the chat service, by key")
        .example("\"$BOT_TOKEN\""),
    Field::new("settings", Shape::Leaf(Leaf::Kept), Clearing::LeftOut, ""),
    Field::new("name", Shape::Leaf(Leaf::SentOnly), Clearing::LeftOut, "name")
        .form(Form::Pattern { called: "platform name", pattern: NAME_PATTERN })
        .says("Name that is part of the platform's ID, for agents with several platforms of one type")
        .example("\"ops\""),
];

/// The chat services that the full server supports.
pub const TYPES: [&str; 6] = ["telegram", "slack", "discord", "whatsapp", "teams", "gchat"];

/// The form of a platform's name.
pub const NAME_PATTERN: &str = "^[a-z0-9][a-z0-9-]*$";

/// A key that the config of some platform types usually has. A server takes any other key as well.
#[derive(Debug, Clone, Copy)]
pub struct ConfigKey {
    pub name: &'static str,
    /// The platform types that have it.
    pub types: &'static [&'static str],
    /// What it is, one line without a period.
    pub says: &'static str,
    /// A value, as lobu.toml writes it.
    pub example: &'static str,
    /// Whether a new platform starts with it.
    pub is_basic: bool,
}

const fn key(
    name: &'static str,
    types: &'static [&'static str],
    says: &'static str,
    example: &'static str,
) -> ConfigKey {
    ConfigKey { name, types, says, example, is_basic: false }
}

const fn basic(key: ConfigKey) -> ConfigKey {
    ConfigKey { is_basic: true, ..key }
}

/// The usual keys of every type.
pub static CONFIG_KEYS: [ConfigKey; 17] = [
    basic(key("botToken", &["telegram", "slack", "discord"], "Token of the bot", "\"$BOT_TOKEN\"")),
    key("chatId", &["telegram"], "ID of the chat that the bot serves", "\"-1001204\""),
    basic(key("signingSecret", &["slack"], "Secret with which Slack signs requests", "\"$SLACK_SIGNING_SECRET\"")),
    key("appToken", &["slack"], "Token of the app, for socket mode", "\"$SLACK_APP_TOKEN\""),
    key("clientId", &["slack"], "OAuth client ID of the app", "\"$SLACK_CLIENT_ID\""),
    key("clientSecret", &["slack"], "OAuth client secret of the app", "\"$SLACK_CLIENT_SECRET\""),
    basic(key("applicationId", &["discord"], "ID of the application", "\"4242\"")),
    basic(key("publicKey", &["discord"], "Key with which Discord signs requests", "\"$DISCORD_PUBLIC_KEY\"")),
    basic(key("accessToken", &["whatsapp"], "Access token of the business account", "\"$WHATSAPP_TOKEN\"")),
    basic(key("phoneNumberId", &["whatsapp"], "ID of the phone number", "\"1060\"")),
    basic(key("verifyToken", &["whatsapp"], "Token that confirms the webhook", "\"$WHATSAPP_VERIFY_TOKEN\"")),
    basic(key("appSecret", &["whatsapp"], "Secret with which WhatsApp signs requests", "\"$WHATSAPP_APP_SECRET\"")),
    basic(key("appId", &["teams"], "ID of the bot's app", "\"$TEAMS_APP_ID\"")),
    basic(key("appPassword", &["teams"], "Password of the bot's app", "\"$TEAMS_APP_PASSWORD\"")),
    basic(key("appTenantId", &["teams"], "ID of the app's tenant", "\"$TEAMS_TENANT_ID\"")),
    key("appType", &["teams"], "Kind of the app, such as `SingleTenant`", "\"SingleTenant\""),
    basic(key("credentials", &["gchat"], "Key of the service account, as JSON", "\"$GCHAT_CREDENTIALS\"")),
];

/// The usual keys of one type.
pub fn config_keys(platform_type: &str) -> impl Iterator<Item = &'static ConfigKey> {
    CONFIG_KEYS.iter().filter(move |key| key.types.contains(&platform_type))
}

const BY_ID: [Part; 5] =
    [Part::Word("agents"), Part::Agent, Part::Word("platforms"), Part::Word("by-stable-id"), Part::Id];

const PUT: Route = Route { verb: Verb::Put, path: &BY_ID, id: None, is_final_when_unavailable: true };

const fn refused(status: u16, hint: &'static str) -> Refusal {
    Refusal { on_create: None, status: Some(status), words: "", only_existing: false, hint }
}

pub(super) static TABLE: KindTable = KindTable {
    word: "platform",
    singular: "platform",
    plural: "platforms",
    summary: "A chat integration of an agent.",
    order: 30,
    family: Family::Agents,
    owner: Owner::FirstPart,
    is_read_by_agent: true,
    fields: &FIELDS,
    model_files: None,
    api: Api::Routes(&Routes {
        read: &[Part::Word("agents"), Part::Agent, Part::Word("platforms")],
        create: PUT,
        update: PUT,
    }),
    answer: Listed {
        list: Some("platforms"),
        id: "id",
        org: None,
        skipped: &[],
        reserved: None,
        is_checked: true,
        version: VERSION,
    },
    is_sent_whole: true,
    restarts: true,
    one_at_a_time: false,
    not_taken: None,
    one_namespace: None,
    look: Some(twin),
    injection: None,
    refusals: &[
        refused(503, "This server has no chat manager running and cannot accept platforms now."),
        refused(409, "Another agent has a platform with this id: give this platform a name in lobu.toml."),
        refused(400, "The server could not start the platform: check its type, its config and its secret values."),
    ],
};

/// Creating beside another platform of the same type is often a rename that was not meant.
fn twin(look: &Look<'_>) -> Vec<Finding> {
    let wanted = look.declared.get(TYPE).and_then(|declared| declared.value()).and_then(Value::literal);
    if look.record.is_some() {
        return Vec::new();
    }
    let is_free = |id: &str| !look.declared_ids.contains(&id);
    let mut twins = look.records.iter().filter(|(id, record)| record.text(TYPE) == wanted && is_free(id));
    let warning = |(id, _): &(&str, _)| Finding::Warning {
        message: format!("it will be created beside `{id}`, another {} platform", wanted.unwrap_or_default()),
        hint: format!("To adopt that one instead, write id = \"{id}\" in lobu.toml."),
    };
    twins.next().map(warning).into_iter().collect()
}

impl ResourceKey {
    /// Names a platform of an agent.
    pub fn platform(agent: &AgentId, id: &StableId) -> Self {
        Self::below(super::PLATFORM, agent.as_str(), id.as_str())
    }
}
