//! The bodies of requests, and how those outside an org are written: forms and flat JSON objects, with secrets among
//! their members.

use std::io::{self, Write};

use bytes::Bytes;
use url::form_urlencoded::byte_serialize;

use crate::secrets::expose::expose;
use crate::secrets::{SecretValue, exact_buffer};
use crate::wire::Json;

/// A request's body.
#[derive(Clone)]
pub struct Body {
    /// What is sent, wiped when dropped where it may hold secrets.
    pub bytes: Bytes,
    /// Whether the server's words about it are not shown.
    pub hushed: bool,
    /// Whether it holds secret values of an org, which go only over https or to this machine.
    pub secret: bool,
}

/// A text of a body.
#[derive(Clone, Copy)]
pub enum Part<'a> {
    /// One that may be shown.
    Plain(&'a str),
    Secret(&'a SecretValue),
}

impl<'a> Part<'a> {
    fn text(self) -> &'a str {
        match self {
            Self::Plain(text) => text,
            Self::Secret(secret) => expose(secret),
        }
    }
}

/// What a request carries.
#[derive(Clone, Copy)]
pub enum Content<'a> {
    /// `application/x-www-form-urlencoded`, as RFC 6749 wants it.
    Form(&'a [(&'static str, Part<'a>)]),
    /// A JSON object of texts.
    Texts(&'a [(&'static str, Part<'a>)]),
    /// JSON without secrets.
    Json(&'a Json),
}

impl<'a> Content<'a> {
    pub(super) fn secrets(self) -> impl Iterator<Item = &'a SecretValue> {
        let parts = match self {
            Self::Form(parts) | Self::Texts(parts) => parts,
            Self::Json(_) => &[],
        };
        parts.iter().filter_map(|(_, part)| match part {
            Part::Secret(secret) => Some(*secret),
            Part::Plain(_) => None,
        })
    }

    /// Its type and its bytes.
    pub(super) fn encoded(self) -> (&'static str, Body) {
        let content_type = match self {
            Self::Form(_) => "application/x-www-form-urlencoded",
            Self::Texts(_) | Self::Json(_) => "application/json",
        };
        // Neither a counter nor a buffer fails.
        let buffer = exact_buffer(|out| match self {
            Self::Form(parts) => form(parts, out),
            Self::Texts(parts) => texts(parts, out),
            Self::Json(tree) => Ok(serde_json::to_writer(out, tree)?),
        });
        let bytes = buffer.map(Bytes::from_owner).unwrap_or_default();
        (content_type, Body { bytes, hushed: false, secret: false })
    }
}

fn form(parts: &[(&'static str, Part<'_>)], out: &mut dyn Write) -> io::Result<()> {
    for (at, (name, part)) in parts.iter().enumerate() {
        write!(out, "{}{name}=", if at > 0 { "&" } else { "" })?;
        for piece in byte_serialize(part.text().as_bytes()) {
            out.write_all(piece.as_bytes())?;
        }
    }
    Ok(())
}

fn texts(parts: &[(&'static str, Part<'_>)], out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"{")?;
    for (at, (name, part)) in parts.iter().enumerate() {
        write!(out, "{}\"{name}\":", if at > 0 { "," } else { "" })?;
        serde_json::to_writer(&mut *out, part.text())?;
    }
    out.write_all(b"}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_written_with_what_their_texts_hold() {
        let secret = SecretValue::new("a \"b\"&c=ü\n");
        let parts = [("token", Part::Secret(&secret)), ("kind", Part::Plain("urn:x"))];
        let (content_type, body) = Content::Form(&parts).encoded();
        assert_eq!(content_type, "application/x-www-form-urlencoded");
        assert_eq!(&*body.bytes, b"token=a+%22b%22%26c%3D%C3%BC%0A&kind=urn%3Ax");
        let (content_type, body) = Content::Texts(&parts).encoded();
        assert_eq!(content_type, "application/json");
        let read: Json = serde_json::from_slice(&body.bytes).unwrap();
        assert_eq!(read, serde_json::json!({"token": "a \"b\"&c=ü\n", "kind": "urn:x"}));
    }
}
