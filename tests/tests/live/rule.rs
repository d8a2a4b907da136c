//! Rules.

use netlink::Netlink;
use netlink::generated::core::AddressFamily;
use netlink::generated::route::route::{RouteProtocol, RouteTable};
use netlink::generated::route::rule::{Rule, RuleAction, RuleFlags};
use netlink::rule::RuleFilter;

use crate::harness::{live, refused};

fn at(nl: &Netlink, family: AddressFamily, priority: u32) -> Option<Rule> {
    let filter = RuleFilter::new().family(family).priority(priority);
    let mut rules = nl.rules().list(&filter).unwrap().into_vec().unwrap();
    assert!(rules.len() <= 1, "{rules:#?}");
    rules.pop()
}

live! {
    fn a_new_network_has_the_usual_rules(nl) {
        let rules = nl.rules().list(&RuleFilter::new().family(AddressFamily::INET)).unwrap();
        let orders: Vec<_> =
            rules.into_vec().unwrap().iter().map(|rule| (rule.order(), rule.table_id())).collect();
        assert_eq!(orders, [
            (0, Some(RouteTable::LOCAL)),
            (32766, Some(RouteTable::MAIN)),
            (32767, Some(RouteTable::DEFAULT)),
        ]);
    }

    fn add_list_delete(nl) {
        for (family, net) in [
            (AddressFamily::INET, "192.0.2.0/24"),
            (AddressFamily::INET6, "2001:db8::/32"),
        ] {
            let rule = Rule::look_in(family, RouteTable(70_000))
                .from(net.parse().unwrap())
                .fwmark(7u32)
                .iif_name("eth7")
                .priority(1000u32);
            nl.rules().add(&rule).unwrap();
            assert!(refused(nl.rules().add(&rule)).is_exists());
            let read = at(nl, family, 1000).unwrap();
            assert_eq!(read.source(), Some(net.parse().unwrap()));
            assert_eq!((read.fwmark, read.fwmask), (Some(7), Some(u32::MAX)));
            assert_eq!(read.iif_name.as_ref().unwrap(), "eth7");
            assert_eq!((read.table_id(), read.family), (Some(RouteTable(70_000)), family));
            assert_eq!(read.protocol, Some(RouteProtocol::BOOT));
            assert_eq!((read.suppressed_prefix(), read.suppressed_group()), (None, None));
            // By what was read, and by the place alone.
            nl.rules().delete(&read).unwrap();
            nl.rules().add(&rule).unwrap();
            nl.rules().delete(&Rule::default().family(family).priority(1000u32)).unwrap();
            assert!(at(nl, family, 1000).is_none());
            assert!(refused(nl.rules().delete(&rule)).is_not_found());
        }
    }

    fn other_actions(nl) {
        let family = AddressFamily::INET;
        nl.rules().add(&Rule::acting(family, RuleAction::PROHIBIT).priority(2000u32)).unwrap();
        nl.rules().add(&Rule::jump(family, 2000).inverted().priority(1000u32)).unwrap();
        let jump = at(nl, family, 1000).unwrap();
        assert_eq!((jump.action, jump.goto), (RuleAction::GOTO, Some(2000)));
        assert!(jump.flags.contains(RuleFlags::INVERT));
        assert_eq!(jump.table_id(), None);
        let prohibit = at(nl, family, 2000).unwrap();
        assert_eq!(prohibit.action, RuleAction::PROHIBIT);
        let backwards = Rule::jump(family, 1000).priority(1500u32);
        assert!(refused(nl.rules().add(&backwards)).is_invalid());
        let mut count = 0;
        nl.rules().scan(&RuleFilter::new().family(family), |_| count += 1).unwrap();
        assert_eq!(count, 5);
    }

    fn tunnel_ids_have_eight_bytes(nl) {
        let family = AddressFamily::INET;
        let rule = Rule::look_in(family, RouteTable(100)).tun_id(77u64).priority(1000u32);
        nl.rules().add(&rule).unwrap();
        assert_eq!(at(nl, family, 1000).unwrap().tun_id, Some(77));
    }

    fn a_rule_as_read_can_be_moved(nl) {
        let family = AddressFamily::INET;
        let rule = Rule::look_in(family, RouteTable(100)).suppress_prefixlen(0u32);
        nl.rules().add(&rule.to("198.51.100.0/24".parse().unwrap()).priority(1000u32)).unwrap();
        let before = at(nl, family, 1000).unwrap();
        let moved = before.clone().priority(1001u32);
        nl.rules().add(&moved).unwrap();
        nl.rules().delete(&before).unwrap();
        assert_eq!(at(nl, family, 1001), Some(moved));
        assert_eq!(at(nl, family, 1000), None);
    }
}
