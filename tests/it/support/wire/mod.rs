//! The recorded exchanges with the existing server, replayed against any server.

mod compare;
mod recording;
mod replay;
mod scenes;

pub(crate) use compare::{Difference, DifferenceKind};
pub(crate) use recording::{Chain, Credential, Exchange, Segment, load_order, own_wire, shared_wire};
pub(crate) use replay::{HttpTransport, Received, RuleIds, replay, replay_exchanges};
pub(crate) use scenes::scenes;
