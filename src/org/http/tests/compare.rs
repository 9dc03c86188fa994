//! The request that compares literals with what the org hides.

use serde_json::json;
use url::Url;

use super::support::{Listener, Step, answer, builder};
use crate::model::{FieldPath, Text};
use crate::org::{HiddenLiteral, HiddenValues, NotCompared, OrgRead, RequestError};
use crate::schema::ResourceKey;
use crate::schema::kinds::{PLATFORM, SETTINGS};

fn literals() -> Vec<HiddenLiteral> {
    let header = ["mcpServers", "gh", "headers", "X"];
    vec![
        HiddenLiteral {
            key: ResourceKey::new(SETTINGS, "triage"),
            path: FieldPath::of(header),
            literal: Text::sensitive("SENTINEL-HEADER"),
        },
        HiddenLiteral {
            key: ResourceKey::new(PLATFORM, "triage/triage-telegram"),
            path: FieldPath::of(["config", "botToken"]),
            literal: Text::known("SENTINEL-BOT"),
        },
    ]
}

async fn compared(steps: Vec<Step>) -> (Result<HiddenValues, RequestError>, usize) {
    let listener = Listener::start(steps);
    let found = listener.org().compare(&literals()).await;
    (found, listener.seen().len())
}

#[tokio::test]
async fn places_and_literals_go_out_in_one_request() {
    let listener = Listener::start([answer(200, &json!({"results": ["equal", "different"]}))]);
    let org = listener.org();
    let literals = literals();
    let found = org.compare(&literals).await.unwrap();
    assert_eq!(found, HiddenValues::compared(&literals, [true, false]));
    assert_eq!((org.statistics().requests, org.statistics().writes), (1, 0));
    let requests = listener.seen();
    assert_eq!(requests[0].line, "POST /api/dev/compare");
    assert_eq!(
        requests[0].json(),
        json!({"values": [
            {"agent": "triage", "path": ["mcpServers", "gh", "headers", "X"], "value": "SENTINEL-HEADER"},
            {"agent": "triage", "platform": "triage-telegram", "path": ["config", "botToken"], "value": "SENTINEL-BOT"},
        ]})
    );
}

#[tokio::test]
async fn what_keeps_it_from_being_answered_is_told_and_asked_once() {
    let refused = |status| answer(status, &json!({"error": {"code": "x", "message": "SENTINEL-HEADER"}}));
    for (status, why) in [(403, NotCompared::Forbidden), (404, NotCompared::Unsupported), (429, NotCompared::TooMany)] {
        let (found, requests) = compared(vec![refused(status)]).await;
        assert_eq!((found.unwrap(), requests), (HiddenValues::Unknown(why), 1), "{status}");
    }
    for step in [refused(401), refused(500), answer(200, &json!({"results": ["equal"]})), answer(200, &json!({}))] {
        let (found, _) = compared(vec![step]).await;
        assert!(!found.unwrap_err().to_string().contains("SENTINEL"));
    }
}

#[tokio::test]
async fn literals_go_only_over_https_or_to_this_machine() {
    let org = builder(Url::parse("http://lobu.example").unwrap()).build().unwrap();
    let found = org.compare(&literals()).await.unwrap();
    assert_eq!(found, HiddenValues::Unknown(NotCompared::Insecure));
    assert_eq!(org.statistics().requests, 0);
}
