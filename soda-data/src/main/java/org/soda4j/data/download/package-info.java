/** Official files fetched once, checked against their checksums, and unpacked. */
package org.soda4j.data.download;
