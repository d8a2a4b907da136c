//! Typed netlink.
extern crate self as netlink;
pub mod wire;
pub mod generated { pub mod core {
    pub const NLA_F_NESTED: u16 = 0x8000;
    pub const NLA_F_NET_BYTEORDER: u16 = 0x4000;
    pub const NLA_ALIGNTO: u32 = 4;
    #[nlgen_macros::open_enum(u8)]
    /// x
    pub enum AddressFamily { 
        /// a
        INET = 2,
        /// b
         INET6 = 10 }
} }
pub use nlgen_macros::{Attrs, Kind, Layout, Messages, Time, flags, open_enum};
