//! Prints the names of all links, by neli.

use neli::consts::nl::NlmF;
use neli::consts::rtnl::{Ifla, RtAddrFamily, Rtm};
use neli::consts::socket::NlFamily;
use neli::nl::NlPayload;
use neli::router::synchronous::NlRouter;
use neli::rtnl::{Ifinfomsg, IfinfomsgBuilder};
use neli::utils::Groups;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (router, _groups) = NlRouter::connect(NlFamily::Route, None, Groups::empty())?;
    let all = IfinfomsgBuilder::default()
        .ifi_family(RtAddrFamily::Unspecified)
        .build()?;
    let all = NlPayload::Payload(all);
    for answer in router.send::<_, _, Rtm, Ifinfomsg>(Rtm::Getlink, NlmF::DUMP, all)? {
        if let Some(link) = answer?.get_payload() {
            let attributes = link.rtattrs().get_attr_handle();
            let name: String = attributes.get_attr_payload_as_with_len(Ifla::Ifname)?;
            println!("{name}");
        }
    }
    Ok(())
}
