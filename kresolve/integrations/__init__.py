"""Projects and formats that the core does not know: Kata Containers, the kernel's selftests."""
