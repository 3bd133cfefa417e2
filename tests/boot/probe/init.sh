#!/bin/sh
# Process 1 of a small guest: makes the checks that /checks names, and prints how each went.
# Each answer is a line on the console: "@@ " and an object of JSON, as the guest with CRIU prints them.

tell() {
    said=$(printf %s "$3" | head -n 1 | tr '"\\\t\r' "'/  ")
    echo "@@ {\"operation\": \"$1\", \"result\": \"$2\", \"messages\": [${said:+\"$said\"}]}"
}

init() { :; }
proc() { mount -t proc proc /proc && [ -r /proc/self/stat ]; }
sysfs() { mount -t sysfs sysfs /sys && [ -d /sys/kernel ]; }
dev() { mount -t devtmpfs dev /dev && [ -c /dev/null ]; }
tmpfs() { mount -t tmpfs tmpfs /tmp && echo kresolve >/tmp/file; }
users() { /probe users; }
threads() { /probe threads; }

# What a machine with virtio offers.
is_ours() { [ "$(head -c 8 "$1")" = kresolve ] || { echo "$1: not what the host wrote"; false; }; }
driven() { ls -d /sys/bus/virtio/drivers/"$1"/virtio*; }
disk() { is_ours /dev/vda; }
scsi_disk() { is_ours /dev/sda; }
network() { ip link set eth0 up && ip addr add 10.0.2.15/24 dev eth0 && ping -c 1 10.0.2.2; }
network_of_the_kernel() { grep '^bootserver 10.0.2.2' /proc/net/pnp; }
console() { echo hello >/dev/hvc0; }
share_9p() { mount -t 9p -o trans=virtio,version=9p2000.L share /mnt && is_ours /mnt/file; }
random() { head -c 8 /dev/hwrng >/tmp/random; }
balloon() { driven virtio_balloon; }
pmem() { is_ours /dev/pmem0; }
input() { driven virtio_input; }
gpu() { driven virtio_gpu && ls -d /sys/class/drm/card0; }
vsock() { /probe vsock; }

# What a container needs.
ext4() { mount -t ext4 -o ro /dev/vdb /mnt && is_ours /mnt/file; }
overlay() {
    mkdir -p /tmp/lower /tmp/upper /tmp/work /tmp/all && echo kresolve >/tmp/lower/file &&
        mount -t overlay -o lowerdir=/tmp/lower,upperdir=/tmp/upper,workdir=/tmp/work o /tmp/all &&
        is_ours /tmp/all/file
}
cgroups() { mkdir -p /tmp/cgroup && mount -t cgroup2 cgroup /tmp/cgroup && mkdir /tmp/cgroup/a; }
namespaces() { unshare -u -i -p -m -n -U -r -f true; }
veth() { ip link add v0 type veth && ip link show v0; }
bridge() { brctl addbr br0 && ip link show br0; }

while read -r check; do
    if said=$($check 2>&1); then tell "$check" ok; else tell "$check" failed "$said"; fi
done </checks
# The file systems that were mounted for a check stay for the next one.
echo '@@ {"done": true}'
exec reboot -f
