//! Idle connections by protocol.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::connection::Connection;
use crate::error::Result;
use crate::netns::NetNs;

/// Idle sockets kept a protocol: as many as threads usually call at once. More are opened when
/// needed and closed after use.
const IDLE: usize = 4;

/// The sockets of one handle and its clones.
#[derive(Debug, Default)]
pub(super) struct Pool {
    namespace: Option<NetNs>,
    idle: Mutex<Vec<(u16, Vec<Connection>)>>,
}

impl Pool {
    pub(super) fn new(namespace: Option<NetNs>) -> Self {
        Self {
            namespace,
            idle: Mutex::default(),
        }
    }

    /// The namespace whose kernel these sockets talk to, unless it is the caller's.
    pub(super) fn namespace(&self) -> Option<&NetNs> {
        self.namespace.as_ref()
    }

    /// A connection nobody else uses.
    pub(super) fn take(&self, protocol: u16) -> Result<Connection> {
        let idle = {
            let mut all = self.lock();
            let of_protocol = all.iter_mut().find(|(of, _)| *of == protocol);
            of_protocol.and_then(|(_, connections)| connections.pop())
        };
        match idle {
            Some(connection) => Ok(connection),
            None => Connection::open(protocol, self.namespace()),
        }
    }

    /// Gives back a connection with nothing of an exchange left in it.
    pub(super) fn give_back(&self, protocol: u16, connection: Connection) {
        let mut all = self.lock();
        let at = match all.iter().position(|(of, _)| *of == protocol) {
            Some(at) => at,
            None => {
                all.push((protocol, Vec::with_capacity(IDLE)));
                all.len() - 1
            }
        };
        if let Some((_, connections)) = all.get_mut(at) {
            if connections.len() < IDLE {
                connections.push(connection);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(u16, Vec<Connection>)>> {
        // Nothing that can panic happens under the lock, and the list is whole at any time.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
