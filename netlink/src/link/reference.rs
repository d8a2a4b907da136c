//! Which interface a request is about: [`LinkRef`], and [`AboutLink`] for those that say no more.

use crate::conn::Request;
use crate::error::Result;
use crate::generated::core::MsgFlags;
use crate::generated::route::link::{IFNAMSIZ, Link, LinkQuery};
use crate::op::{Operation, Replies};
use crate::wire::{MessageType, NlString};

/// An interface by index or by name.
///
/// Everything that takes one takes an index (`u32`), a name (`&str`, [`NlString`]) or a [`Link`]. A
/// name is sent as it is and looked up by the kernel, so it costs no further request; a name over 15
/// bytes is an alternative name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LinkRef {
    /// By index.
    Index(u32),
    /// By name, or alternative name.
    Name(NlString),
}

impl LinkRef {
    /// The smallest request about the interface.
    pub(crate) fn to_link(&self) -> Link {
        let mut link = Link::default();
        self.name_in(&mut link);
        link
    }

    /// Makes a request be about the interface.
    pub(crate) fn put_into(&self, mut link: Link) -> Link {
        self.name_in(&mut link);
        link
    }

    fn name_in(&self, link: &mut Link) {
        self.clone()
            .put(&mut link.index, &mut link.name, &mut link.alt_name);
    }

    #[inline]
    fn put(self, index: &mut u32, name: &mut Option<NlString>, alt_name: &mut Option<NlString>) {
        match self {
            Self::Index(known) => *index = known,
            // One byte of the kernel's buffer is for the NUL.
            Self::Name(short) if short.len() < IFNAMSIZ as usize => *name = Some(short),
            Self::Name(long) => *alt_name = Some(long),
        }
    }
}

impl From<LinkRef> for LinkQuery {
    /// The question for the interface.
    #[inline]
    fn from(link: LinkRef) -> Self {
        let mut query = Self::default();
        link.put(&mut query.index, &mut query.name, &mut query.alt_name);
        query
    }
}

/// An operation whose request says which interface it is about, and nothing else.
#[derive(Debug)]
pub struct AboutLink<R> {
    message: &'static MessageType,
    link: LinkRef,
    replies: R,
}

impl<R> AboutLink<R> {
    /// Sends `message` about `link`; `replies` takes what answers.
    pub fn new(message: &'static MessageType, link: LinkRef, replies: R) -> Self {
        Self {
            message,
            link,
            replies,
        }
    }
}

impl<R: Replies + Send + 'static> Operation for AboutLink<R> {
    type Output = R::Output;
    type Replies = R;

    fn request(self, buf: &mut Vec<u8>) -> Result<(Request, R)> {
        let body = LinkQuery::from(self.link);
        let request = Request::encode(buf, self.message, MsgFlags::empty(), &body)?;
        Ok((request, self.replies))
    }
}

impl From<u32> for LinkRef {
    fn from(index: u32) -> Self {
        Self::Index(index)
    }
}

impl From<&str> for LinkRef {
    fn from(name: &str) -> Self {
        Self::Name(name.into())
    }
}

impl From<&String> for LinkRef {
    fn from(name: &String) -> Self {
        Self::Name(name.into())
    }
}

impl From<NlString> for LinkRef {
    fn from(name: NlString) -> Self {
        Self::Name(name)
    }
}

impl From<&NlString> for LinkRef {
    fn from(name: &NlString) -> Self {
        Self::Name(name.clone())
    }
}

impl From<&Self> for LinkRef {
    fn from(same: &Self) -> Self {
        same.clone()
    }
}

impl From<&Link> for LinkRef {
    /// By index; a link that has none yet, because it was built and not read, by its name.
    fn from(link: &Link) -> Self {
        match &link.name {
            Some(name) if link.index == 0 => Self::Name(name.clone()),
            _ => Self::Index(link.index),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_alternative_names() {
        assert_eq!(LinkRef::from(7).to_link().index, 7);
        let short = LinkRef::from("fifteen-bytes-x").to_link();
        assert_eq!(short.name.unwrap(), "fifteen-bytes-x");
        let long = LinkRef::from("sixteen-bytes-xx").to_link();
        assert_eq!(long.name, None);
        assert_eq!(long.alt_name.unwrap(), "sixteen-bytes-xx");
    }

    #[test]
    fn a_link_is_known_by_its_index_once_it_has_one() {
        let built = Link::default().name("a");
        assert_eq!(LinkRef::from(&built), LinkRef::from("a"));
        assert_eq!(LinkRef::from(&built.index(3u32)), LinkRef::Index(3));
    }
}
