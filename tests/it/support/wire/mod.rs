//! The recorded exchanges with the existing server, replayed against any server.

mod compare;
mod probe_sequences;
mod recording;
mod replay;

pub(crate) use compare::{Difference, DifferenceKind};
pub(crate) use probe_sequences::probe_sequences;
pub(crate) use recording::{Chain, Credential, Exchange, Segment, load_order, own_wire, shared_wire};
pub(crate) use replay::{HttpTransport, Received, RuleIds, replay, replay_exchanges};
