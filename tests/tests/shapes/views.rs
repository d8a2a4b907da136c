//! Views say what owned values say, also where something stays raw.

use super::{attr, ok};
use netlink::wire::{Cx, Value};
use ok::providers::providers::{Address, AddressView, Outer};
use std::net::Ipv4Addr;

const HEADER: [u8; 4] = [2, 0, 0, 0];

#[test]
fn a_set_may_inherit_and_provide() {
    let six: Vec<u8> = (0..16).collect();
    let deep = attr(1, &six);
    let inner = [
        attr(1, &[192, 0, 2, 1]),
        attr(2, &[10]),
        attr(3, &deep),
        attr(4, &attr(1, &deep)),
    ]
    .concat();
    let bytes = [HEADER.to_vec(), attr(1, &inner)].concat();
    let owned = Outer::decode(&bytes, Cx::from_kernel()).unwrap();
    let inside = owned.inner.as_deref().unwrap();
    assert!(matches!(inside.address, Some(Address::Inet(_))));
    assert!(matches!(
        inside.deep.as_ref().unwrap().address,
        Some(Address::Inet6(_))
    ));
    assert!(inside.unknown.is_empty());
    let view = Outer::view(&bytes, Cx::from_kernel()).unwrap();
    assert_eq!(view.to_owned().unwrap(), owned);
    let inner = view.inner().unwrap().unwrap();
    assert!(matches!(
        inner.address().unwrap(),
        Some(AddressView::Inet(_))
    ));
    assert_eq!(&inner.to_owned().unwrap(), inside);
    let deep = inner.deep().unwrap().unwrap();
    assert!(matches!(
        deep.address().unwrap(),
        Some(AddressView::Inet6(_))
    ));
    assert_eq!(Some(&deep.to_owned().unwrap()), inside.deep.as_ref());
    for deep in inner.list().unwrap().unwrap() {
        assert_eq!(
            Some(&deep.unwrap().to_owned().unwrap()),
            inside.deep.as_ref()
        );
    }
}

#[test]
fn lists_leave_out_what_stays_raw() {
    let (one, two) = (Ipv4Addr::new(192, 0, 2, 1), Ipv4Addr::new(192, 0, 2, 2));
    // An address of another family among those of an id that repeats: what follows it stays raw too, to keep its place.
    let bytes = [
        HEADER.to_vec(),
        attr(2, &one.octets()),
        attr(2, &[0; 16]),
        attr(2, &two.octets()),
    ]
    .concat();
    let owned = Outer::decode(&bytes, Cx::from_kernel()).unwrap();
    assert_eq!((owned.notes, owned.unknown.iter().count()), (vec![one], 2));
    let view = Outer::view(&bytes, Cx::from_kernel()).unwrap();
    let notes: Result<Vec<_>, _> = view.notes().unwrap().collect();
    assert_eq!(notes.unwrap(), [one]);

    // In a nest: the whole list stays raw, for an element that does not fit and for an id that has no place.
    let good = attr(1, &one.octets());
    for (id, odd) in [
        (3, attr(2, &[0; 16])),
        (3, attr(9, &one.octets())),
        (4, attr(1, &[0; 16])),
        (4, attr(9, &one.octets())),
        (5, attr(2, &[0; 16])),
    ] {
        let bytes = [HEADER.to_vec(), attr(id, &[good.clone(), odd].concat())].concat();
        let owned = Outer::decode(&bytes, Cx::from_kernel()).unwrap();
        assert_eq!(owned.unknown.iter().count(), 1, "{owned:?}");
        let view = Outer::view(&bytes, Cx::from_kernel()).unwrap();
        assert!(view.places().unwrap().is_none());
        assert!(view.items().unwrap().is_none());
        assert!(view.map().unwrap().is_none());
    }
    // What is malformed is an error of the element, as far as the list goes.
    let bytes = [
        HEADER.to_vec(),
        attr(3, &[good, vec![99, 0, 2, 0]].concat()),
    ]
    .concat();
    assert!(Outer::decode(&bytes, Cx::from_kernel()).is_err());
    let view = Outer::view(&bytes, Cx::from_kernel()).unwrap();
    let places: Vec<_> = view.places().unwrap().unwrap().collect();
    assert_eq!(places.len(), 2);
    assert_eq!(places[0].as_ref().unwrap(), &one);
    assert!(places[1].is_err());
}
