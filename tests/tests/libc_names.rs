//! What the C library names and the kernel's headers leave to it: address families and socket types, against the libc crate.

use netlink::generated::core::AddressFamily;
use netlink::generated::socket::SocketType;
use netlink::wire::Int;

macro_rules! same {
    ($type:ty: $($name:ident),* $(,)?) => {{
        let values = <$type as Int>::NAMES.values;
        $(
            let name = stringify!($name);
            let found = values.iter().find(|(_, c_name, _)| *c_name == name);
            assert_eq!(found.map(|(_, _, value)| *value), Some(libc::$name as u64), "{name}");
        )*
    }};
}

#[test]
fn address_families() {
    same!(AddressFamily:
        AF_UNSPEC, AF_UNIX, AF_INET, AF_AX25, AF_IPX, AF_APPLETALK, AF_NETROM, AF_BRIDGE, AF_ATMPVC, AF_X25, AF_INET6, AF_ROSE,
        AF_DECnet, AF_NETBEUI, AF_SECURITY, AF_KEY, AF_NETLINK, AF_PACKET, AF_ASH, AF_ECONET, AF_ATMSVC, AF_RDS, AF_SNA, AF_IRDA,
        AF_PPPOX, AF_WANPIPE, AF_LLC, AF_IB, AF_MPLS, AF_CAN, AF_TIPC, AF_BLUETOOTH, AF_IUCV, AF_RXRPC, AF_ISDN, AF_PHONET,
        AF_IEEE802154, AF_CAIF, AF_ALG, AF_NFC, AF_VSOCK, AF_XDP,
    );
}

#[test]
fn socket_types() {
    same!(SocketType: SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_RDM, SOCK_SEQPACKET, SOCK_DCCP);
}
