#!/bin/sh
# The first program of the emulated machine: mounts the host's root, runs the live tests in it, reports, ends the machine.
# It stands in the initramfs, and so does what the kernel calls when it wants a module.
export PATH=/bin:/sbin
b() { busybox "$@"; }
b mount -t proc proc /proc
b mount -t sysfs sys /sys
b mount -t devtmpfs dev /dev
for module in virtio_pci 9pnet_virtio 9p; do
    # Some kernels have some of them built in.
    /sbin/modprobe $module
done
b stty -F /dev/ttyS1 raw -echo
end() {
    b echo o >/proc/sysrq-trigger
    b sleep 60
}
b mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,ro,cache=loose root /root || {
    b echo "the host's files cannot be mounted" >/dev/ttyS0
    end
}
b mount -t proc proc /root/proc
b mount --rbind /sys /root/sys
b mount --rbind /dev /root/dev
# What is mounted here stays in reach once the host's root lies on top of this one.
b mount -t tmpfs tmp /tmp
b mount --bind /tmp /root/tmp
b mount -t tmpfs run /root/run
b mkdir -p /tmp/home /root/run/netns
b mv /tests /tmp/tests
# Requests for links or routes of these kinds do not load them.
for module in ovpn ila; do
    /sbin/modprobe $module
done
# Else each module with a tunnel would put one into the networks of tests that run at the time.
b echo 1 >/proc/sys/net/core/fb_tunnels_only_for_init_net
arguments=$(b cat /arguments)
# Should nobody be there any more to end the machine.
(
    b sleep "$(b cat /timeout)"
    end
) &
(
    cd /root
    # A process whose root is not that of its mounts may not make user namespaces.
    b mount --move . /
    eval exec busybox chroot . /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp/home \
        NETLINK_LIVE_VM=1 NETLINK_LIVE_RESULTS=/tmp/results /tmp/tests "$arguments"
) >/dev/ttyS1 2>&1
status=$?
{
    b printf '\036status %s\n' $status
    b cat /tmp/results
    b echo end
} >/dev/ttyS1
end
